package io.omendb.bench;

import io.omendb.index.kernel.DistanceKernel;
import io.omendb.index.kernel.Kernels;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import me.tongfei.progressbar.ProgressBar;

/**
 * Compares answers given over HTTP during ingest with the exact nearest rows among those that the
 * answer itself says were applied (and those it returned, which were). Works for l2 only. A hit as
 * near as the k-th true neighbour counts.
 */
final class AppliedTruth {
    private static final double NEWEST_SHARE = 0.01;
    private static final int BLOCK_ROWS = 256;

    private final HeldVectors vectors;
    private final int k;
    private final List<Sample> samples;
    private double recall;
    private double worst = 1;
    private double newest;

    /**
     * An answer.
     *
     * @param sent rows sent before
     * @param newest whether the query looks for the newest rows
     */
    record Sample(float[] query, HttpSearch.Answer answer, int sent, boolean newest) {}

    AppliedTruth(HeldVectors vectors, int k, List<Sample> samples) {
        this.vectors = vectors;
        this.k = k;
        this.samples = samples;
    }

    /** Scans all rows for all samples. */
    void compare(RowSender sender) {
        Positions positions = Positions.of(sender);
        int rows = sender.sent();
        int blocks = (rows + BLOCK_ROWS - 1) / BLOCK_ROWS;
        Nearest[] nearest = samples.stream().map(any -> new Nearest(k)).toArray(Nearest[]::new);
        List<Set<String>> hits = samples.stream().map(s -> Set.copyOf(s.answer.ids())).toList();
        AtomicInteger next = new AtomicInteger();
        try (Workers workers = new Workers(Runtime.getRuntime().availableProcessors());
                ProgressBar bar = Progress.start("Comparing with exact", blocks)) {
            workers.forEach(
                    blocks,
                    any -> {
                        scan(next.getAndIncrement() * BLOCK_ROWS, rows, positions, nearest, hits);
                        bar.step();
                    });
        }
        count(nearest, rows);
    }

    double recall() {
        return recall;
    }

    double recallWorst() {
        return worst;
    }

    double recallNewest() {
        return newest;
    }

    private void scan(
            int first, int rows, Positions positions, Nearest[] nearest, List<Set<String>> hits) {
        DistanceKernel kernel = Kernels.active();
        int dimension = vectors.dimension();
        float[] vector = new float[dimension];
        for (int row = first; row < Math.min(rows, first + BLOCK_ROWS); row++) {
            vectors.read(row % vectors.rows(), vector);
            for (int s = 0; s < nearest.length; s++) {
                Sample sample = samples.get(s);
                if (positions.isApplied(row, sample.answer.applied())
                        || hits.get(s).contains(Integer.toString(row))) {
                    float distance = kernel.squaredL2(sample.query, 0, vector, 0, dimension);
                    nearest[s].offer(distance, row);
                }
            }
        }
    }

    private void count(Nearest[] nearest, int rows) {
        long found = 0;
        long wanted = 0;
        long foundNewest = 0;
        long wantedNewest = 0;
        DistanceKernel kernel = Kernels.active();
        float[] vector = new float[vectors.dimension()];
        for (int s = 0; s < nearest.length; s++) {
            Sample sample = samples.get(s);
            Set<Float> distances = new HashSet<>();
            for (String id : sample.answer.ids()) {
                vectors.read(Integer.parseInt(id) % vectors.rows(), vector);
                distances.add(kernel.squaredL2(sample.query, 0, vector, 0, vectors.dimension()));
            }
            Nearest truth = nearest[s];
            int near = 0;
            for (int i = 0; i < truth.size; i++) {
                boolean hit =
                        sample.answer.ids().contains(Integer.toString(truth.rows[i]))
                                || distances.contains(truth.distances[i]);
                near += hit ? 1 : 0;
                if (sample.newest && truth.rows[i] >= sample.sent * (1 - NEWEST_SHARE)) {
                    wantedNewest++;
                    foundNewest += hit ? 1 : 0;
                }
            }
            if (!sample.newest && truth.size > 0) {
                found += near;
                wanted += truth.size;
                worst = Math.min(worst, (double) near / truth.size);
            }
        }
        recall = (double) found / wanted;
        newest = (double) foundNewest / wantedNewest;
    }

    /** The k nearest rows so far. */
    private static final class Nearest {
        private final float[] distances;
        private final int[] rows;
        private int size;
        private volatile float reach = Float.POSITIVE_INFINITY;

        Nearest(int k) {
            this.distances = new float[k];
            this.rows = new int[k];
        }

        void offer(float distance, int row) {
            if (distance < reach) {
                insert(distance, row);
            }
        }

        private synchronized void insert(float distance, int row) {
            int at = size < rows.length ? size++ : size - 1;
            while (at > 0 && distances[at - 1] > distance) {
                distances[at] = distances[at - 1];
                rows[at] = rows[at - 1];
                at--;
            }
            distances[at] = distance;
            rows[at] = row;
            if (size == rows.length) {
                reach = distances[size - 1];
            }
        }
    }

    /** Partition and offset of every row. */
    private static final class Positions {
        private final String[] sources;
        private final byte[] partitions;
        private final int[] offsets;

        private Positions(String[] sources, byte[] partitions, int[] offsets) {
            this.sources = sources;
            this.partitions = partitions;
            this.offsets = offsets;
        }

        static Positions of(RowSender sender) {
            int rows = sender.sent();
            byte[] partitions = new byte[rows];
            int[] offsets = new int[rows];
            int highest = 0;
            for (int row = 0; row < rows; row++) {
                String token = sender.token(row);
                int colon = token.lastIndexOf(':');
                int dash = token.lastIndexOf('-', colon);
                partitions[row] = Byte.parseByte(token.substring(dash + 1, colon));
                offsets[row] = Integer.parseInt(token.substring(colon + 1));
                highest = Math.max(highest, partitions[row]);
            }
            String[] sources =
                    IntStream.rangeClosed(0, highest)
                            .mapToObj(partition -> LoadedStack.TOPIC + "-" + partition)
                            .toArray(String[]::new);
            return new Positions(sources, partitions, offsets);
        }

        boolean isApplied(int row, Map<String, Long> applied) {
            return offsets[row] <= applied.getOrDefault(sources[partitions[row]], -1L);
        }
    }
}
