package io.omendb.gateway.search;

import io.omendb.OmenException;
import io.omendb.schema.Metric;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * How the parts of a hybrid search become one ranking.
 *
 * <p><b>weighted</b>: the weighted sum of the parts' scores, each brought to 0 to 1. A dense
 * similarity is 1 for the nearest row and 0 for the last one of the window and all beyond; a text
 * or sparse score is divided by the best one. These scales depend on values, not on which rows
 * happen to be candidates, so the result is that of scoring all rows.
 *
 * <p><b>rrf</b>: reciprocal rank fusion (Cormack, Clarke and Buettcher, SIGIR 2009), the weighted
 * sum of 1 / (60 + rank).
 *
 * @param kind which of them
 * @param alpha weight of the dense part, 0 to 1; the other parts share the rest alike
 * @param windowAsked how many of a part's best rows take part; 0 leaves it to us
 */
record Fusion(Kind kind, double alpha, int windowAsked) {
    /** Fewer and the parts seldom name the same rows. */
    private static final int WINDOW_MIN = 100;

    private static final int WINDOW_PER_HIT = 2;

    /** Measured on package descriptions, docs/hybrid.md. */
    static final double ALPHA_WEIGHTED = 0.6;

    static final double ALPHA_RRF = 0.5;

    private static final int RRF_RANK = 60;

    /** Ways to fuse. */
    enum Kind {
        WEIGHTED("weighted"),
        RRF("rrf");

        private final String apiName;

        Kind(String apiName) {
            this.apiName = apiName;
        }

        String apiName() {
            return apiName;
        }

        static Kind ofApiName(String name) {
            for (Kind kind : values()) {
                if (kind.apiName.equals(name)) {
                    return kind;
                }
            }
            throw OmenException.invalid("fusion: found \"" + name + "\", expected weighted or rrf");
        }
    }

    /** A fusion whose weights may have been left to us. */
    static Fusion of(Kind kind, @Nullable Double alpha, int windowAsked) {
        double share = alpha != null ? alpha : kind == Kind.RRF ? ALPHA_RRF : ALPHA_WEIGHTED;
        return new Fusion(kind, share, windowAsked);
    }

    /** How many of a part's best rows take part, for k hits. */
    int window(int k) {
        return windowAsked > 0
                ? Math.max(windowAsked, k)
                : Math.max(WINDOW_MIN, WINDOW_PER_HIT * k);
    }

    /**
     * A similarity that grows as the distance falls: of the cosine, 1 / (1 + d), or the product.
     */
    static double similarity(Metric metric, double distance) {
        return switch (metric) {
            case COSINE -> 1 - distance;
            case L2 -> 1 / (1 + distance);
            case DOT -> -distance;
        };
    }

    /**
     * The best rows.
     *
     * @param candidates as the shards sent them
     * @param query says which parts there are
     * @return best first; ties by id
     */
    List<Fused> fuse(List<Candidate> candidates, HybridQuery query) {
        double[] weights = weights(query);
        int n = candidates.size();
        double[][] raw = new double[Part.values().length][];
        double[][] parts = new double[Part.values().length][];
        int[][] ranks = new int[Part.values().length][];
        double[] scores = new double[n];
        for (Part part : Part.values()) {
            int p = part.ordinal();
            if (weights[p] < 0) {
                continue;
            }
            raw[p] = candidates.stream().mapToDouble(part::score).toArray();
            ranks[p] =
                    kind == Kind.RRF || query.explain()
                            ? ranks(candidates, raw[p], part, query.window())
                            : new int[n];
            parts[p] =
                    kind == Kind.RRF
                            ? reciprocal(ranks[p])
                            : part == Part.DENSE ? dense(raw[p], query.window()) : byBest(raw[p]);
            for (int i = 0; i < n; i++) {
                scores[i] += weights[p] * parts[p][i];
            }
        }
        return IntStream.of(order(candidates, scores))
                .limit(query.base().k())
                .mapToObj(i -> Fused.of(candidates.get(i), i, weights, parts, ranks))
                .toList();
    }

    /** Numbers of the candidates, those with the highest value first, ties by id. */
    private static int[] order(List<Candidate> candidates, double[] values) {
        Integer[] order = new Integer[values.length];
        Arrays.setAll(order, i -> i);
        Arrays.sort(
                order,
                (a, b) -> {
                    int byValue = Double.compare(values[b], values[a]);
                    return byValue != 0
                            ? byValue
                            : candidates.get(a).id().compareTo(candidates.get(b).id());
                });
        return Arrays.stream(order).mapToInt(i -> i).toArray();
    }

    /** By part; negative for one that the query does not have. */
    private double[] weights(HybridQuery query) {
        double[] weights = new double[Part.values().length];
        Arrays.fill(weights, -1);
        int others = (query.hasText() ? 1 : 0) + (query.hasSparse() ? 1 : 0);
        if (query.hasVector()) {
            weights[Part.DENSE.ordinal()] = others == 0 ? 1 : alpha;
        }
        double other = (query.hasVector() ? 1 - alpha : 1) / Math.max(1, others);
        if (query.hasText()) {
            weights[Part.TEXT.ordinal()] = other;
        }
        if (query.hasSparse()) {
            weights[Part.SPARSE.ordinal()] = other;
        }
        return weights;
    }

    private static double[] dense(double[] similarities, int window) {
        double[] sorted = similarities.clone();
        Arrays.sort(sorted);
        int n = sorted.length;
        double best = n == 0 ? 0 : sorted[n - 1];
        double last = n == 0 ? 0 : sorted[Math.max(0, n - window)];
        double[] normalised = new double[n];
        for (int i = 0; i < n; i++) {
            normalised[i] =
                    best > last
                            ? Math.max(0, (similarities[i] - last) / (best - last))
                            : similarities[i] >= best ? 1 : 0;
        }
        return normalised;
    }

    private static double[] byBest(double[] scores) {
        double best = Arrays.stream(scores).max().orElse(0);
        return Arrays.stream(scores)
                .map(score -> best > 0 ? Math.max(0, score / best) : 0)
                .toArray();
    }

    private static double[] reciprocal(int[] ranks) {
        return Arrays.stream(ranks)
                .mapToDouble(rank -> rank == 0 ? 0 : 1.0 / (RRF_RANK + rank))
                .toArray();
    }

    /** Ranks from 1; 0 for a row that is not in the part's window. */
    private static int[] ranks(List<Candidate> candidates, double[] scores, Part part, int window) {
        int[] order = order(candidates, scores);
        int[] ranks = new int[scores.length];
        for (int rank = 1; rank <= Math.min(window, order.length); rank++) {
            int candidate = order[rank - 1];
            boolean found = part == Part.DENSE || scores[candidate] != 0;
            ranks[candidate] = found ? rank : 0;
        }
        return ranks;
    }
}
