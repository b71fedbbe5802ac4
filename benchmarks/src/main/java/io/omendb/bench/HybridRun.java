package io.omendb.bench;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.omendb.bench.hybrid.HybridOracle;
import io.omendb.bench.hybrid.HybridOracle.Scored;
import io.omendb.bench.hybrid.LuceneTexts;
import io.omendb.bench.hybrid.Packages;
import io.omendb.bench.hybrid.Packages.Package;
import io.omendb.bench.hybrid.TagJudge;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.Predicate;
import me.tongfei.progressbar.ProgressBar;
import org.HdrHistogram.Histogram;

/** The measurements of one loaded stack, printed as they are made. */
final class HybridRun {
    private static final int K = 10;
    private static final double ALPHA = 0.6;
    private static final double TOLERANCE = 1e-4;
    private static final int TAGS_MIN = 3;
    private static final long LATENCY_NS_MAX = 600_000_000_000L;

    private final Packages packages;
    private final LuceneTexts texts;
    private final HybridCalls calls;
    private final long seed;
    private final PrintWriter out;
    private final ObjectNode result;

    HybridRun(
            Packages packages,
            LuceneTexts texts,
            HybridCalls calls,
            long seed,
            PrintWriter out,
            ObjectNode result) {
        this.packages = packages;
        this.texts = texts;
        this.calls = calls;
        this.seed = seed;
        this.out = out;
        this.result = result;
    }

    /** Packages that have tags to be judged by. */
    private List<Package> asked(int count) {
        List<Package> tagged = new ArrayList<>(packages.all());
        tagged.removeIf(one -> one.tags().size() < TAGS_MIN);
        Collections.shuffle(tagged, new Random(seed));
        return tagged.subList(0, Math.min(count, tagged.size()));
    }

    private interface Request {
        ObjectNode of(Package asked);
    }

    void quality(int queries) {
        out.printf("nDCG@10 of %,d titles, judged by shared tags%n", queries);
        ArrayNode points = result.putArray("quality");
        TagJudge judge = new TagJudge(packages);
        List<Package> asked = asked(queries);
        judge(judge, asked, points, "dense", a -> HybridCalls.request(a, true, false, K + 1));
        judge(judge, asked, points, "bm25", a -> HybridCalls.request(a, false, true, K + 1));
        for (double alpha : new double[] {0.3, 0.5, 0.6, 0.7, 0.9}) {
            judge(
                    judge,
                    asked,
                    points,
                    "weighted, alpha " + alpha,
                    a -> HybridCalls.request(a, true, true, K + 1).put("alpha", alpha));
        }
        judge(
                judge,
                asked,
                points,
                "rrf",
                a -> HybridCalls.request(a, true, true, K + 1).put("fusion", "rrf"));
    }

    /** The default weights with other windows. */
    void windows(int queries, List<Integer> windows) {
        ArrayNode points = result.putArray("windows");
        TagJudge judge = new TagJudge(packages);
        List<Package> asked = asked(queries);
        for (int window : windows) {
            judge(
                    judge,
                    asked,
                    points,
                    "weighted, window " + window,
                    a -> HybridCalls.request(a, true, true, K + 1).put("window", window));
        }
    }

    private void judge(
            TagJudge judge, List<Package> asked, ArrayNode points, String name, Request request) {
        double sum = 0;
        try (ProgressBar bar = Progress.start(name, asked.size())) {
            for (Package one : asked) {
                List<Scored> hits = calls.search(request.of(one), null);
                sum += judge.ndcg(one, hits.stream().map(Scored::id).toList());
                bar.step();
            }
        }
        double ndcg = sum / Math.max(1, asked.size());
        out.printf("  %-24s %.4f%n", name, ndcg);
        out.flush();
        points.addObject().put("search", name).put("ndcg_at_10", ndcg);
    }

    /** How many of the hits are those of comparing with every row. */
    void recall(int queries) {
        long wanted = 0;
        long found = 0;
        List<Package> asked = asked(queries);
        try (ProgressBar bar = Progress.start("Comparing with exact searches", asked.size())) {
            for (Package one : asked) {
                ObjectNode request = HybridCalls.request(one, true, true, K);
                Set<String> exact = new HashSet<>();
                calls.search(request.deepCopy().put("exact", true), null)
                        .forEach(hit -> exact.add(hit.id()));
                wanted += exact.size();
                found +=
                        calls.search(request, null).stream()
                                .filter(hit -> exact.contains(hit.id()))
                                .count();
                bar.step();
            }
        }
        double recall = found / (double) Math.max(1, wanted);
        out.printf("hits that an exact hybrid search finds too: %.4f%n", recall);
        out.flush();
        result.put("recall_at_10", recall);
    }

    /** The scores of the ten best rows by text, against those that Lucene gives the same rows. */
    void textScores(int queries) {
        double largest = 0;
        double largestBest = 0;
        List<Package> asked = asked(queries);
        try (ProgressBar bar = Progress.start("Comparing with Lucene", asked.size())) {
            for (Package one : asked) {
                ObjectNode request = HybridCalls.request(one, false, true, K);
                request.putArray("text_fields").add("text");
                List<Scored> hits = calls.search(request, "text");
                float[] scores = texts.scores(one.title());
                float[] best = scores.clone();
                java.util.Arrays.sort(best);
                for (int i = 0; i < hits.size(); i++) {
                    double score = hits.get(i).score();
                    int row = packages.row(hits.get(i).id());
                    largest = Math.max(largest, Math.abs(score - scores[row]));
                    largestBest =
                            Math.max(largestBest, Math.abs(score - best[best.length - 1 - i]));
                }
                bar.step();
            }
        }
        out.printf(
                "BM25 against Lucene's, %,d queries: scores of hits differ by %.2e at most, from the"
                        + " best at each rank by %.2e%n",
                asked.size(), largest, largestBest);
        out.flush();
        result.put("bm25_difference_max", largest).put("bm25_rank_difference_max", largestBest);
    }

    void filtered(int queries) {
        HybridOracle oracle = new HybridOracle(packages, texts);
        Random random = new Random(seed);
        long wanted = 0;
        long right = 0;
        double difference = 0;
        try (ProgressBar bar = Progress.start("Filtered, exact", queries)) {
            for (int i = 0; i < queries; i++) {
                Package one = packages.get(random.nextInt(packages.size()));
                ObjectNode request = HybridCalls.request(one, true, true, K);
                request.put("exact", true).put("alpha", ALPHA).putArray("text_fields").add("text");
                Predicate<Package> filter = filter(random, request.putObject("filters"));
                List<Scored> expected = oracle.search(one, ALPHA, K, filter);
                List<Scored> found = calls.search(request, null);
                wanted += expected.size();
                right +=
                        found.size() == expected.size()
                                ? HybridOracle.right(expected, found, TOLERANCE)
                                : 0;
                difference = Math.max(difference, HybridOracle.difference(expected, found));
                bar.step();
            }
        }
        out.printf(
                "filtered, exact, %,d queries: %,d of %,d hits are the oracle's, scores differ by"
                        + " %.2e at most%n",
                queries, right, wanted, difference);
        out.flush();
        result.put("filtered_hits", wanted).put("filtered_right", right);
        result.put("filtered_difference_max", difference);
    }

    /** A section, a range of sizes, tags, or two of them. */
    private Predicate<Package> filter(Random random, ObjectNode filter) {
        Package like = packages.get(random.nextInt(packages.size()));
        Predicate<Package> all = one -> true;
        int kinds = 1 + random.nextInt(7);
        if ((kinds & 1) != 0) {
            filter.put("section", like.section());
            all = all.and(one -> one.section().equals(like.section()));
        }
        if ((kinds & 2) != 0) {
            long low = like.installedKb() / 2;
            long high = like.installedKb() * 4 + 1;
            filter.putObject("installed_kb").put("$gte", low).put("$lt", high);
            all = all.and(one -> one.installedKb() >= low && one.installedKb() < high);
        }
        if ((kinds & 4) != 0 && !like.tags().isEmpty()) {
            List<String> some =
                    List.copyOf(like.tags()).subList(0, Math.min(2, like.tags().size()));
            ArrayNode in = filter.putObject("tags").putArray("$in");
            some.forEach(in::add);
            all = all.and(one -> some.stream().anyMatch(one.tags()::contains));
        }
        return all;
    }

    void latency(double seconds, List<Integer> windows) {
        ArrayNode points = result.putArray("latency");
        out.printf("%-24s %10s %10s %10s%n", "", "p50 ms", "p99 ms", "searches");
        latency("dense", seconds, points, a -> HybridCalls.request(a, true, false, K));
        latency("bm25", seconds, points, a -> HybridCalls.request(a, false, true, K));
        latency("hybrid", seconds, points, a -> HybridCalls.request(a, true, true, K));
        for (int window : windows) {
            latency(
                    "hybrid, window " + window,
                    seconds,
                    points,
                    a -> HybridCalls.request(a, true, true, K).put("window", window));
        }
    }

    private void latency(String name, double seconds, ArrayNode points, Request request) {
        List<byte[]> requests = new ArrayList<>();
        for (Package one : asked(1_000)) {
            requests.add(request.of(one).toString().getBytes(StandardCharsets.UTF_8));
        }
        Histogram unused = search(requests, seconds);
        Histogram ns = search(requests, seconds);
        double p50 = ns.getValueAtPercentile(50) / 1e6;
        double p99 = ns.getValueAtPercentile(99) / 1e6;
        out.printf("%-24s %10.2f %10.2f %10d%n", name, p50, p99, ns.getTotalCount());
        out.flush();
        points.addObject().put("search", name).put("p50_ms", p50).put("p99_ms", p99);
    }

    private Histogram search(List<byte[]> requests, double seconds) {
        Histogram ns = new Histogram(LATENCY_NS_MAX, 3);
        long end = System.nanoTime() + (long) (seconds * 1e9);
        for (int i = 0; System.nanoTime() < end; i++) {
            long start = System.nanoTime();
            byte[] unused = calls.send(requests.get(i % requests.size()));
            ns.recordValue(System.nanoTime() - start);
        }
        return ns;
    }
}
