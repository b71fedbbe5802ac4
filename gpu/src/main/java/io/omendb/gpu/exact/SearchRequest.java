package io.omendb.gpu.exact;

import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One search of a batch.
 *
 * @param query components
 * @param k rows wanted
 * @param sequence rows that died later are visible
 * @param limit number of the first row of the table that is not visible; rows before it are
 * @param matches for each segment of the table the rows that may be found; null for all
 */
public record SearchRequest(
        @SuppressWarnings("ArrayRecordComponent") float[] query,
        int k,
        long sequence,
        long limit,
        @Nullable List<BitSet> matches) {

    /** Rows that may be found; all there are without a filter. */
    long matchCount(long rows) {
        if (matches == null) {
            return rows;
        }
        long count = 0;
        for (BitSet ofSegment : matches) {
            count += ofSegment.cardinality();
        }
        return count;
    }
}
