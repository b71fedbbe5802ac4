package io.omendb.index.device;

import io.omendb.index.segment.Segment;
import io.omendb.schema.Metric;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An exact search over segments that are resident.
 *
 * @param query components, of unit length under the cosine metric
 * @param k rows wanted
 * @param sequence rows that died later are visible
 * @param segments the segments, at least one; all their rows but for the last one's
 * @param lastRows rows of the last segment, from the first on
 * @param matches for each segment the rows that may be found; null for all rows
 */
public record DeviceQuery(
        @SuppressWarnings("ArrayRecordComponent") float[] query,
        Metric metric,
        int k,
        long sequence,
        List<Segment> segments,
        int lastRows,
        @Nullable List<BitSet> matches) {}
