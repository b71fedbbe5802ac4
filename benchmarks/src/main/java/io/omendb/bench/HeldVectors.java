package io.omendb.bench;

import java.util.ArrayList;
import java.util.List;

/**
 * All vectors of a file in memory, a byte a component where all components are whole numbers from 0
 * to 255 and a float otherwise, so that a benchmark can hand them out faster than any index takes
 * them. Filled by one thread, then read by many.
 */
final class HeldVectors {
    private final int dimension;
    private final List<byte[]> byteBlocks = new ArrayList<>();
    private final List<float[]> floatBlocks = new ArrayList<>();
    private int blockRows;
    private int rows;

    private HeldVectors(int dimension) {
        this.dimension = dimension;
    }

    /** Reads a file behind a progress bar. */
    static HeldVectors read(VectorSet vectors) {
        HeldVectors held = new HeldVectors(vectors.dimension());
        vectors.forEachBlock("Reading", held::add);
        return held;
    }

    int rows() {
        return rows;
    }

    int dimension() {
        return dimension;
    }

    /** Bytes that a component is held in, as shards store those of 0 to 255 too: 1 or 4. */
    int componentBytes() {
        return floatBlocks.isEmpty() ? 1 : Float.BYTES;
    }

    /** Copies a row's components to {@code into[0 …]}. */
    void read(int row, float[] into) {
        int block = row / blockRows;
        int from = row % blockRows * dimension;
        if (block < byteBlocks.size()) {
            byte[] bytes = byteBlocks.get(block);
            for (int i = 0; i < dimension; i++) {
                into[i] = bytes[from + i] & 0xff;
            }
        } else {
            System.arraycopy(floatBlocks.get(block - byteBlocks.size()), from, into, 0, dimension);
        }
    }

    private void add(int firstRow, int count, float[] vectors) {
        if (rows == 0) {
            blockRows = count;
        }
        int n = count * dimension;
        if (floatBlocks.isEmpty() && areBytes(vectors, n)) {
            byte[] bytes = new byte[n];
            for (int i = 0; i < n; i++) {
                bytes[i] = (byte) (int) vectors[i];
            }
            byteBlocks.add(bytes);
        } else {
            floatBlocks.add(java.util.Arrays.copyOf(vectors, n));
        }
        rows = firstRow + count;
    }

    private static boolean areBytes(float[] vectors, int n) {
        for (int i = 0; i < n; i++) {
            if (!(vectors[i] >= 0 && vectors[i] <= 255 && vectors[i] == (int) vectors[i])) {
                return false;
            }
        }
        return true;
    }
}
