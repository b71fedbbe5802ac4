package io.omendb.index.shard;

import io.omendb.index.segment.Segment;
import io.omendb.index.sparse.QueryScorers;
import io.omendb.index.sparse.QueryScorers.TermScore;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToIntFunction;

/** The candidates of one shard, in no particular order, and how they came by their scores. */
public final class HybridResult {
    private final List<HybridHit> hits;
    private final long rowsScanned;
    private final boolean onDevice;
    private final List<QueryScorers> scorers;
    private final ToIntFunction<Segment> limits;

    HybridResult(
            List<HybridHit> hits,
            long rowsScanned,
            boolean onDevice,
            List<QueryScorers> scorers,
            ToIntFunction<Segment> limits) {
        this.hits = hits;
        this.rowsScanned = rowsScanned;
        this.onDevice = onDevice;
        this.scorers = scorers;
        this.limits = limits;
    }

    public List<HybridHit> hits() {
        return hits;
    }

    /** Rows whose distance or score was computed. */
    public long rowsScanned() {
        return rowsScanned;
    }

    /** Whether a device beside the processor took part. */
    public boolean onDevice() {
        return onDevice;
    }

    /** How a candidate came by its text and sparse scores. */
    public List<TermScore> explain(HybridHit hit) {
        Segment segment = hit.hit().segment();
        List<TermScore> terms = new ArrayList<>();
        for (QueryScorers part : scorers) {
            terms.addAll(
                    part.explain(segment.postings(), limits.applyAsInt(segment), hit.hit().row()));
        }
        return terms;
    }
}
