package io.omendb.index.shard;

import io.omendb.index.column.RowMatcher;
import io.omendb.index.ivf.Codebook;
import io.omendb.index.segment.Segment;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a search on the processor reads.
 *
 * @param unindexed rows that are compared with the query one by one
 * @param probes lists that are probed
 */
record SearchPlan(List<Rows> unindexed, List<Probe> probes) {

    /**
     * Rows of a segment that are in no list.
     *
     * @param first the first of them
     * @param end the first behind them
     * @param matches those that pass the filter; null for all
     */
    record Rows(Segment segment, int first, int end, @Nullable RowMatcher matches) {}

    /**
     * Lists of the segments that share a codebook.
     *
     * @param nprobe how many lists of each
     * @param rowsMax rows to look at before k matches are found
     * @param turns whose they are, where several threads may probe them; null for one alone
     */
    record Probe(
            Codebook codebook,
            List<IvfScan.Target> targets,
            int nprobe,
            double rowsMax,
            @Nullable ListTurns turns) {}
}
