package io.omendb.bench.hybrid;

import io.omendb.bench.hybrid.Packages.Package;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;

/**
 * Weighted hybrid search by the book: every matching row is scored, in double precision, from its
 * vector and Lucene's score of its text.
 */
public final class HybridOracle {
    private static final int WINDOW_MIN = 100;

    private final Packages packages;
    private final LuceneTexts texts;

    public HybridOracle(Packages packages, LuceneTexts texts) {
        this.packages = packages;
        this.texts = texts;
    }

    /** A row and its fused score. */
    public record Scored(String id, double score) {}

    /** The k best rows that match, best first. */
    public List<Scored> search(Package asked, double alpha, int k, Predicate<Package> filter) {
        float[] textScores = texts.scores(asked.title());
        List<Package> rows = new ArrayList<>();
        List<Double> cosines = new ArrayList<>();
        List<Double> bm25 = new ArrayList<>();
        for (int row = 0; row < packages.size(); row++) {
            Package one = packages.get(row);
            if (filter.test(one)) {
                rows.add(one);
                cosines.add(cosine(asked.vector(), one.vector()));
                bm25.add((double) textScores[row]);
            }
        }
        double[] sorted = cosines.stream().mapToDouble(cosine -> cosine).sorted().toArray();
        int n = sorted.length;
        int window = Math.max(WINDOW_MIN, 2 * k);
        double best = n == 0 ? 0 : sorted[n - 1];
        double last = n == 0 ? 0 : sorted[Math.max(0, n - window)];
        double bestText = bm25.stream().mapToDouble(score -> score).max().orElse(0);
        List<Scored> scored = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            double dense = best > last ? Math.max(0, (cosines.get(i) - last) / (best - last)) : 1;
            double text = bestText > 0 ? bm25.get(i) / bestText : 0;
            scored.add(new Scored(rows.get(i).id(), alpha * dense + (1 - alpha) * text));
        }
        scored.sort(
                Comparator.comparingDouble((Scored one) -> -one.score()).thenComparing(Scored::id));
        return scored.subList(0, Math.min(k, n));
    }

    private static double cosine(float[] a, float[] b) {
        double dot = 0;
        double aa = 0;
        double bb = 0;
        for (int i = 0; i < a.length; i++) {
            dot += (double) a[i] * b[i];
            aa += (double) a[i] * a[i];
            bb += (double) b[i] * b[i];
        }
        return dot / Math.sqrt(aa * bb);
    }

    /** How many of the rows found belong there; a row as good as the last wanted one does. */
    public static long right(List<Scored> expected, List<Scored> found, double tolerance) {
        double last = expected.isEmpty() ? 0 : expected.get(expected.size() - 1).score();
        List<String> wanted = expected.stream().map(Scored::id).toList();
        return found.stream()
                .filter(
                        one ->
                                wanted.contains(one.id())
                                        || Math.abs(one.score() - last) <= tolerance)
                .count();
    }

    /** The largest difference of scores at the same rank. */
    public static double difference(List<Scored> expected, List<Scored> found) {
        double[] differences = new double[Math.min(expected.size(), found.size())];
        for (int i = 0; i < differences.length; i++) {
            differences[i] = Math.abs(expected.get(i).score() - found.get(i).score());
        }
        return Arrays.stream(differences).max().orElse(0);
    }
}
