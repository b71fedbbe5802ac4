package io.omendb.cli.client;

import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.bench.VectorFiles;
import io.omendb.bench.VectorReader;
import io.omendb.record.Point;
import io.omendb.record.PointJson;
import io.omendb.schema.CollectionSchema;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/**
 * A file of points: NDJSON, a point a line; Arrow, as a stream or a file; or a vector file with the
 * row number as id. Used by one thread.
 */
public abstract class PointFile implements AutoCloseable {
    private static final List<String> ARROW_ENDINGS =
            List.of(".arrow", ".arrows", ".feather", ".ipc");

    /**
     * Opens a file; its name tells the kind.
     *
     * @param vectors whether points must have theirs
     * @param schema of the collection, by which Arrow is read
     * @throws OmenException NOT_FOUND or EXTERNAL naming the file if it cannot be read
     */
    public static PointFile open(
            Path file, PointJson.Vectors vectors, Supplier<CollectionSchema> schema) {
        String name = String.valueOf(file.getFileName());
        String plain = name.endsWith(".gz") ? name.substring(0, name.length() - 3) : name;
        if (plain.endsWith(".fvecs") || plain.endsWith(".bvecs")) {
            return new Vectors(VectorFiles.open(file));
        }
        try {
            if (ARROW_ENDINGS.stream().anyMatch(name::endsWith)) {
                return ArrowFile.open(file, schema.get());
            }
            InputStream in = Files.newInputStream(file);
            return new Lines(
                    file,
                    vectors,
                    new ByteLines(name.endsWith(".gz") ? new GZIPInputStream(in) : in));
        } catch (NoSuchFileException e) {
            throw new OmenException(ErrorCode.NOT_FOUND, file + ": no such file", e);
        } catch (IOException e) {
            throw new OmenException(ErrorCode.EXTERNAL, "cannot read " + file + ": " + e, e);
        }
    }

    /**
     * The next point; empty at the end.
     *
     * @throws OmenException MALFORMED naming the line that is no point
     */
    public abstract Optional<Point> next();

    /** Where in the file the last point is: {@code line 7}. */
    public abstract String place();

    /** Points in the file; -1 where only reading it tells. */
    public abstract long pointsExpected();

    @Override
    public abstract void close();

    private static final class Lines extends PointFile {
        private final Path file;
        private final PointJson.Vectors vectors;
        private final ByteLines reader;
        private long number;

        private Lines(Path file, PointJson.Vectors vectors, ByteLines reader) {
            this.file = file;
            this.vectors = vectors;
            this.reader = reader;
        }

        @Override
        public Optional<Point> next() {
            try {
                byte @Nullable [] line = readLine();
                while (line != null && isBlank(line)) {
                    line = readLine();
                }
                return line == null ? Optional.empty() : Optional.of(point(line));
            } catch (IOException e) {
                throw new OmenException(ErrorCode.EXTERNAL, "cannot read " + file + ": " + e, e);
            }
        }

        @Override
        public String place() {
            return "line " + number;
        }

        private byte @Nullable [] readLine() throws IOException {
            number++;
            return reader.next();
        }

        private static boolean isBlank(byte[] line) {
            for (byte each : line) {
                if (each != ' ' && each != '\t' && each != '\r') {
                    return false;
                }
            }
            return true;
        }

        private Point point(byte[] json) {
            try {
                return PointJson.read(json, 0, json.length, vectors);
            } catch (OmenException e) {
                throw new OmenException(
                        e.code(), file + ", line " + number + ": " + e.getMessage(), e);
            }
        }

        @Override
        public long pointsExpected() {
            return -1;
        }

        @Override
        public void close() {
            try {
                reader.close();
            } catch (IOException e) {
                throw new OmenException(ErrorCode.EXTERNAL, "cannot close " + file + ": " + e, e);
            }
        }
    }

    private static final class Vectors extends PointFile {
        private final VectorReader reader;

        private Vectors(VectorReader reader) {
            this.reader = reader;
        }

        @Override
        public Optional<Point> next() {
            String id = Long.toString(reader.rowsRead());
            float[] vector = new float[reader.dimension()];
            return reader.next(vector, 0) ? Optional.of(Point.of(id, vector)) : Optional.empty();
        }

        @Override
        public String place() {
            return "row " + (reader.rowsRead() - 1);
        }

        @Override
        public long pointsExpected() {
            return reader.rowsExpected();
        }

        @Override
        public void close() {
            reader.close();
        }
    }
}
