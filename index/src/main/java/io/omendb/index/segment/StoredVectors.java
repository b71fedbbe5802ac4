package io.omendb.index.segment;

import io.omendb.index.file.MappedVectors;

/**
 * The vectors of a mapped file. The Vector API of Java 17 reads arrays only, so a cursor copies
 * runs of rows into one of its own; a run is small enough to stay in the first-level cache until it
 * is compared.
 */
final class StoredVectors implements Vectors {
    private static final int RUN_BYTES = 16 << 10;

    private final MappedVectors file;

    StoredVectors(MappedVectors file) {
        this.file = file;
    }

    @Override
    public int dimension() {
        return file.dimension();
    }

    @Override
    public void read(int firstRow, int rows, float[] into, int offset) {
        file.read(firstRow, rows, into, offset);
    }

    @Override
    public VectorCursor cursor() {
        return new CopyingCursor();
    }

    @Override
    public long heapBytes() {
        return 0;
    }

    private final class CopyingCursor implements VectorCursor {
        private final int rowsMax = Math.max(1, RUN_BYTES / (file.dimension() * Float.BYTES));
        private final float[] array = new float[rowsMax * file.dimension()];

        @Override
        public int seek(int row, int limit) {
            int rows = Math.min(limit - row, rowsMax);
            file.read(row, rows, array, 0);
            return rows;
        }

        @Override
        public float[] array() {
            return array;
        }

        @Override
        public int offset() {
            return 0;
        }
    }
}
