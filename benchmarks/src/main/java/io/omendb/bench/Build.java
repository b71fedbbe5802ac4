package io.omendb.bench;

import me.tongfei.progressbar.ProgressBar;

/**
 * A build, without the time that reading the file took.
 *
 * @param rows rows added
 * @param ns nanoseconds spent in the index
 */
record Build(int rows, long ns) {

    /** Adds all vectors and waits for what the index does afterwards. */
    static Build run(String task, BenchIndex index, VectorSet vectors) {
        long[] ns = new long[1];
        int rows =
                vectors.forEachBlock(
                        task,
                        (firstRow, count, block) -> {
                            long start = System.nanoTime();
                            index.add(firstRow, count, block);
                            ns[0] += System.nanoTime() - start;
                        });
        try (ProgressBar bar = Progress.start(task + ", end", Progress.UNKNOWN)) {
            long start = System.nanoTime();
            index.finish();
            long all = ns[0] + System.nanoTime() - start;
            bar.stepTo(rows);
            return new Build(rows, all);
        }
    }

    double rowsPerS() {
        return rows / (ns / 1e9);
    }
}
