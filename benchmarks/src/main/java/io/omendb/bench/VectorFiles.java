package io.omendb.bench;

import io.omendb.ErrorCode;
import io.omendb.OmenException;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;

/**
 * The vector files of the field: {@code .fvecs}, {@code .bvecs} and {@code .ivecs}, each also
 * gzipped ({@code .gz} added to the name). A file is rows end to end; a row is its dimension as
 * int32, then its components as float32, unsigned byte or int32. Little-endian.
 */
public final class VectorFiles {
    private static final int BUFFER_BYTES = 1 << 18;

    private VectorFiles() {}

    /** How components are stored. */
    enum Format {
        FVECS(4),
        BVECS(1),
        IVECS(4);

        final int componentBytes;

        Format(int componentBytes) {
            this.componentBytes = componentBytes;
        }

        static Format of(Path file) {
            String name = file.getFileName().toString();
            String plain = isGzip(file) ? name.substring(0, name.length() - 3) : name;
            for (Format format : values()) {
                if (plain.endsWith("." + format.name().toLowerCase(java.util.Locale.ROOT))) {
                    return format;
                }
            }
            throw OmenException.malformed(
                    file
                            + ": expected a name ending in .fvecs, .bvecs or .ivecs, or one of them and .gz");
        }
    }

    /**
     * Opens a file for reading row by row.
     *
     * @throws OmenException NOT_FOUND where there is no file; MALFORMED where its name or its first
     *     row is wrong
     */
    public static VectorReader open(Path file) {
        Format format = Format.of(file);
        try {
            InputStream in = new BufferedInputStream(Files.newInputStream(file), BUFFER_BYTES);
            try {
                if (isGzip(file)) {
                    in =
                            new BufferedInputStream(
                                    new GZIPInputStream(in, BUFFER_BYTES), BUFFER_BYTES);
                }
                long size = isGzip(file) ? VectorReader.SIZE_UNKNOWN : Files.size(file);
                return VectorReader.start(file, format, in, size);
            } catch (IOException | RuntimeException e) {
                in.close();
                throw e;
            }
        } catch (NoSuchFileException e) {
            throw new OmenException(ErrorCode.NOT_FOUND, file + ": no such file", e);
        } catch (IOException e) {
            throw new OmenException(ErrorCode.MALFORMED, file + " row 0: " + e.getMessage(), e);
        }
    }

    /**
     * Reads the first rows of a file.
     *
     * @param rowsMax at most so many
     */
    public static float[][] readAll(Path file, int rowsMax) {
        try (VectorReader reader = open(file)) {
            List<float[]> rows = new ArrayList<>();
            float[] row = new float[reader.dimension()];
            while (rows.size() < rowsMax && reader.next(row, 0)) {
                rows.add(row);
                row = new float[reader.dimension()];
            }
            return rows.toArray(float[][]::new);
        }
    }

    /** Reads the first rows of an {@code .ivecs} file, such as a ground truth. */
    public static int[][] readIds(Path file, int rowsMax) {
        try (VectorReader reader = open(file)) {
            List<int[]> rows = new ArrayList<>();
            int[] row = new int[reader.dimension()];
            while (rows.size() < rowsMax && reader.nextIds(row)) {
                rows.add(row);
                row = new int[reader.dimension()];
            }
            return rows.toArray(int[][]::new);
        }
    }

    static boolean isGzip(Path file) {
        return file.getFileName().toString().endsWith(".gz");
    }
}
