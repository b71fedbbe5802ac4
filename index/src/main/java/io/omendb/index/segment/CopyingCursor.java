package io.omendb.index.segment;

/**
 * A cursor over vectors that are not in an array: copies runs of rows into one of its own; a run is
 * small enough to stay in the first-level cache until it is compared.
 */
final class CopyingCursor implements VectorCursor {
    private static final int RUN_BYTES = 16 << 10;

    private final Vectors vectors;
    private final int rowsMax;
    private final float[] array;

    CopyingCursor(Vectors vectors) {
        this.vectors = vectors;
        this.rowsMax = Math.max(1, RUN_BYTES / (vectors.dimension() * Float.BYTES));
        this.array = new float[rowsMax * vectors.dimension()];
    }

    @Override
    public int seek(int row, int limit) {
        int rows = Math.min(limit - row, rowsMax);
        vectors.read(row, rows, array, 0);
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
