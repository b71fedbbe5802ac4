package io.omendb.bench;

import io.omendb.OmenException;
import java.nio.file.Path;
import me.tongfei.progressbar.ProgressBar;

/**
 * The vectors a benchmark is about, read from their file block by block each time they are needed,
 * so that they never take memory beside the index that is measured.
 *
 * @param file any file of {@link VectorFiles}
 * @param rowsMax at most so many rows of it
 */
record VectorSet(Path file, int rowsMax) {
    private static final int BLOCK_FLOATS = 1 << 20;

    /** Takes a block of rows. */
    @FunctionalInterface
    interface BlockSink {

        /**
         * Takes rows {@code firstRow} to {@code firstRow + rows - 1}.
         *
         * @param vectors end to end; used again for the next block
         */
        void accept(int firstRow, int rows, float[] vectors);
    }

    int dimension() {
        try (VectorReader reader = VectorFiles.open(file)) {
            return reader.dimension();
        }
    }

    /**
     * Reads all rows behind a progress bar.
     *
     * @return how many there are
     */
    int forEachBlock(String task, BlockSink sink) {
        try (VectorReader reader = VectorFiles.open(file);
                ProgressBar bar = Progress.start(task, rowsToExpect(reader))) {
            int dimension = reader.dimension();
            int blockRows = Math.max(1, BLOCK_FLOATS / dimension);
            float[] block = new float[blockRows * dimension];
            int first = 0;
            while (true) {
                int rows = fill(reader, block, Math.min(blockRows, rowsMax - first));
                if (rows == 0) {
                    return first;
                }
                sink.accept(first, rows, block);
                first = Math.addExact(first, rows);
                bar.stepTo(first);
            }
        }
    }

    /**
     * Refuses queries that could not be compared.
     *
     * @throws OmenException INVALID if the dimensions differ
     */
    void checkDimension(Path queryFile, float[][] queries) {
        if (queries.length == 0 || queries[0].length != dimension()) {
            throw OmenException.invalid(
                    queryFile
                            + ": found "
                            + queries.length
                            + " rows of dimension "
                            + (queries.length == 0 ? 0 : queries[0].length)
                            + ", expected the dimension of "
                            + file
                            + ", "
                            + dimension());
        }
    }

    private long rowsToExpect(VectorReader reader) {
        long inFile = reader.rowsExpected();
        if (inFile == VectorReader.SIZE_UNKNOWN) {
            return rowsMax == Integer.MAX_VALUE ? Progress.UNKNOWN : rowsMax;
        }
        return Math.min(rowsMax, inFile);
    }

    private static int fill(VectorReader reader, float[] block, int rowsMax) {
        int rows = 0;
        while (rows < rowsMax && reader.next(block, rows * reader.dimension())) {
            rows++;
        }
        return rows;
    }
}
