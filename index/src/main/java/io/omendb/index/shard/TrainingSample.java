package io.omendb.index.shard;

import io.omendb.index.ivf.Rotation;
import io.omendb.index.segment.Segment;

/**
 * Rows to train a codebook with, evenly spread over all rows of a shard, and how many lists they
 * make.
 *
 * @param vectors rotated, end to end
 * @param rows how many
 * @param lists how many lists the rows of the shard ask for
 */
@SuppressWarnings("ArrayRecordComponent")
record TrainingSample(float[] vectors, int rows, int lists) {
    /**
     * Lists per square root of the rows. Probing costs grow with rows / lists, ranking with lists;
     * the shard grows eightfold before the next training, so this leans towards more lists.
     */
    private static final double LISTS = 5;

    private static final int ROWS_PER_LIST = 24;
    private static final int ROWS_PER_LIST_MIN = 8;

    /** The sample is short-lived; it must fit beside everything else all the same. */
    private static final long BYTES_MAX = 128L << 20;

    static TrainingSample of(ShardSnapshot snapshot, Rotation rotation) {
        int stored = (int) snapshot.rowsStored();
        int dimension = rotation.paddedDimension();
        int fitting = (int) (BYTES_MAX / ((long) dimension * Float.BYTES));
        int wanted = (int) Math.max(1, LISTS * Math.sqrt(stored));
        int rows = Math.min(stored, Math.min(fitting, wanted * ROWS_PER_LIST));
        int lists = Math.max(1, Math.min(wanted, rows / ROWS_PER_LIST_MIN));
        float[] vectors = new float[rows * dimension];
        float[] vector = new float[rotation.dimension()];
        int taken = 0;
        long before = 0;
        for (int i = 0; i < snapshot.segments().size(); i++) {
            Segment segment = snapshot.segments().get(i);
            long end = before + snapshot.rows(i);
            while (taken < rows && (long) taken * stored / rows < end) {
                int row = (int) ((long) taken * stored / rows - before);
                segment.vectors().read(row, 1, vector, 0);
                rotation.apply(vector, 0, vectors, taken * dimension);
                taken++;
            }
            before = end;
        }
        return new TrainingSample(vectors, rows, lists);
    }
}
