package io.omendb.index.shard;

import io.omendb.index.ivf.Rotation;

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

    /** Rows to see where they lie. */
    private static final int PLACED = 4096;

    /** Squared distance from zero, in mean squared distances from the mean, that costs digits. */
    private static final double FAR = 64;

    /**
     * The rotation to train with: about the mean of the rows where they lie far from zero, for how
     * far they are from each other.
     */
    static Rotation rotation(ShardSnapshot snapshot, Rotation rotation) {
        int dimension = rotation.dimension();
        int rows = (int) Math.min(PLACED, snapshot.rowsStored());
        double[] sum = new double[dimension];
        double squares = 0;
        float[] vector = new float[dimension];
        RowsInOrder order = new RowsInOrder(snapshot);
        for (int taken = 0; taken < rows; taken++) {
            order.read(taken * snapshot.rowsStored() / rows, vector);
            for (int d = 0; d < dimension; d++) {
                sum[d] += vector[d];
                squares += (double) vector[d] * vector[d];
            }
        }
        float[] mean = new float[dimension];
        double squaredMean = 0;
        for (int d = 0; d < dimension; d++) {
            mean[d] = (float) (sum[d] / rows);
            squaredMean += (sum[d] / rows) * (sum[d] / rows);
        }
        boolean far = squaredMean > FAR * (squares / rows - squaredMean);
        return far || rotation.origin() != null ? rotation.about(far ? mean : null) : rotation;
    }

    /** Reads rows of a shard by their place among all, in ascending order. */
    private static final class RowsInOrder {
        private final ShardSnapshot snapshot;
        private int segment;
        private long before;

        RowsInOrder(ShardSnapshot snapshot) {
            this.snapshot = snapshot;
        }

        void read(long row, float[] into) {
            while (row >= before + snapshot.rows(segment)) {
                before += snapshot.rows(segment++);
            }
            snapshot.segments().get(segment).vectors().read((int) (row - before), 1, into, 0);
        }
    }

    static TrainingSample of(ShardSnapshot snapshot, Rotation rotation) {
        int stored = (int) snapshot.rowsStored();
        int dimension = rotation.paddedDimension();
        int fitting = (int) (BYTES_MAX / ((long) dimension * Float.BYTES));
        int wanted = (int) Math.max(1, LISTS * Math.sqrt(stored));
        int rows = Math.min(stored, Math.min(fitting, wanted * ROWS_PER_LIST));
        int lists = Math.max(1, Math.min(wanted, rows / ROWS_PER_LIST_MIN));
        float[] vectors = new float[rows * dimension];
        float[] vector = new float[rotation.dimension()];
        RowsInOrder order = new RowsInOrder(snapshot);
        for (int taken = 0; taken < rows; taken++) {
            order.read((long) taken * stored / rows, vector);
            rotation.apply(vector, 0, vectors, taken * dimension);
        }
        return new TrainingSample(vectors, rows, lists);
    }
}
