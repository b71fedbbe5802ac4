package io.omendb.bench;

import io.omendb.index.shard.Hit;
import io.omendb.index.shard.ShardSnapshot;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import me.tongfei.progressbar.ProgressBar;

/**
 * Compares answers given during ingest with the exact answers of the very snapshots they were given
 * from. A hit as near as the k-th true neighbour counts: rows may lie at the same place.
 */
final class StreamTruth {
    private static final double NEWEST_SHARE = 0.01;

    /** Relative; distances of the two searches are rounded differently. */
    private static final float TIE = 1e-5f;

    private final int k;
    private long found;
    private long wanted;
    private long foundNewest;
    private long wantedNewest;
    private final Map<ShardSnapshot, long[]> bySnapshot = new HashMap<>();

    StreamTruth(int k) {
        this.k = k;
    }

    /**
     * An answer.
     *
     * @param newest whether the query looks for the newest rows
     */
    record Answer(ShardSnapshot snapshot, float[] query, List<Hit> hits, boolean newest) {}

    void compare(List<Answer> answers) {
        AtomicInteger next = new AtomicInteger();
        try (Workers workers = new Workers(Runtime.getRuntime().availableProcessors());
                ProgressBar bar = Progress.start("Comparing with exact", answers.size())) {
            workers.forEach(
                    answers.size(),
                    any -> {
                        Answer answer = answers.get(next.getAndIncrement());
                        List<Hit> exact = answer.snapshot.searchExact(answer.query, k, null).hits();
                        count(answer, exact);
                        bar.step();
                    });
        }
    }

    private synchronized void count(Answer answer, List<Hit> exact) {
        if (exact.isEmpty()) {
            return;
        }
        if (answer.newest) {
            countNewest(answer, exact);
            return;
        }
        float reach = exact.get(exact.size() - 1).distance();
        reach += Math.abs(reach) * TIE;
        long near = 0;
        for (Hit hit : answer.hits) {
            near += hit.distance() <= reach ? 1 : 0;
        }
        found += near;
        wanted += exact.size();
        long[] moment = bySnapshot.computeIfAbsent(answer.snapshot, any -> new long[2]);
        moment[0] += near;
        moment[1] += exact.size();
    }

    private void countNewest(Answer answer, List<Hit> exact) {
        long cut = (long) (answer.snapshot.rowsStored() * (1 - NEWEST_SHARE));
        Set<String> ids = answer.hits.stream().map(Hit::id).collect(Collectors.toSet());
        Set<Float> distances =
                answer.hits.stream()
                        .map(Hit::distance)
                        .collect(Collectors.toCollection(HashSet::new));
        for (Hit hit : exact) {
            if (Long.parseLong(hit.id()) >= cut) {
                wantedNewest++;
                foundNewest += ids.contains(hit.id()) || distances.contains(hit.distance()) ? 1 : 0;
            }
        }
    }

    double recall() {
        return (double) found / wanted;
    }

    double recallWorst() {
        return bySnapshot.values().stream()
                .mapToDouble(moment -> (double) moment[0] / moment[1])
                .min()
                .orElse(Double.NaN);
    }

    double recallNewest() {
        return (double) foundNewest / wantedNewest;
    }
}
