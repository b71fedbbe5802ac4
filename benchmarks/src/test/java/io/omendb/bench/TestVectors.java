package io.omendb.bench;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.zip.GZIPOutputStream;

/** Vector files for tests; gzipped where the name ends in {@code .gz}. */
final class TestVectors {

    private TestVectors() {}

    static float[][] random(int rows, int dimension, long seed) {
        Random random = new Random(seed);
        float[][] vectors = new float[rows][dimension];
        for (float[] vector : vectors) {
            for (int i = 0; i < dimension; i++) {
                vector[i] = (float) random.nextGaussian();
            }
        }
        return vectors;
    }

    static Path fvecs(Path file, float[][] rows) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (float[] row : rows) {
            ByteBuffer bytes = header(row.length, 4 * row.length);
            for (float component : row) {
                bytes.putFloat(component);
            }
            out.write(bytes.array());
        }
        return write(file, out.toByteArray());
    }

    static Path bvecs(Path file, int[][] rows) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int[] row : rows) {
            ByteBuffer bytes = header(row.length, row.length);
            for (int component : row) {
                bytes.put((byte) component);
            }
            out.write(bytes.array());
        }
        return write(file, out.toByteArray());
    }

    static Path ivecs(Path file, int[][] rows) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int[] row : rows) {
            ByteBuffer bytes = header(row.length, 4 * row.length);
            for (int component : row) {
                bytes.putInt(component);
            }
            out.write(bytes.array());
        }
        return write(file, out.toByteArray());
    }

    private static ByteBuffer header(int dimension, int componentBytes) {
        return ByteBuffer.allocate(4 + componentBytes)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(dimension);
    }

    private static Path write(Path file, byte[] content) throws IOException {
        if (!VectorFiles.isGzip(file)) {
            return Files.write(file, content);
        }
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
            out.write(content);
        }
        return file;
    }
}
