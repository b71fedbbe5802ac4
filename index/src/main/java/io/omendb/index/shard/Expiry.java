package io.omendb.index.shard;

import io.omendb.index.segment.Segment;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Finds rows that are older than they may become. Remembers how old the oldest row of each segment
 * is, so that nothing is looked at twice before there is something to find. Used by the writer.
 */
final class Expiry {
    private static final int[] NONE = new int[0];

    private final Map<Segment, Oldest> known = new IdentityHashMap<>();

    /** The oldest of the first rows of a segment; of rows without a time there is no age. */
    private static final class Oldest {
        private int rows;
        private long timestampMs = Long.MAX_VALUE;

        void see(long timestamp) {
            if (timestamp > 0) {
                timestampMs = Math.min(timestampMs, timestamp);
            }
        }
    }

    /** Forgets all segments but these. */
    void keep(Segment[] segments) {
        List<Segment> kept = Arrays.asList(segments);
        known.keySet().removeIf(segment -> kept.stream().noneMatch(one -> one == segment));
    }

    /** Live rows of a segment from before a time, in milliseconds since the epoch. */
    int[] rowsBefore(Segment segment, long timestampMs) {
        Oldest oldest = known.computeIfAbsent(segment, any -> new Oldest());
        int rows = segment.rowCount();
        for (int row = oldest.rows; row < rows; row++) {
            oldest.see(segment.rows().timestampMs(row));
        }
        oldest.rows = rows;
        if (oldest.timestampMs >= timestampMs) {
            return NONE;
        }
        Oldest left = new Oldest();
        left.rows = rows;
        int[] expired =
                IntStream.range(0, rows)
                        .filter(row -> segment.tombstones().deathOf(row) == 0)
                        .filter(
                                row -> {
                                    long timestamp = segment.rows().timestampMs(row);
                                    if (timestamp > 0 && timestamp < timestampMs) {
                                        return true;
                                    }
                                    left.see(timestamp);
                                    return false;
                                })
                        .toArray();
        known.put(segment, left);
        return expired;
    }
}
