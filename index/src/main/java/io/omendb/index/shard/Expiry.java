package io.omendb.index.shard;

import io.omendb.index.segment.Segment;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Finds rows that are older than they may become. Remembers how old the oldest row of each chunk of
 * a segment is, so that only chunks are looked at in which there is something to find: rows expire
 * all the time, and in a large segment a few at once. Used by the writer.
 */
final class Expiry {
    private static final int CHUNK = 1 << 10;

    private final Map<Segment, Oldest> known = new IdentityHashMap<>();

    /**
     * The oldest of the first rows of a segment, by chunk; of rows without a time there is no age.
     */
    private static final class Oldest {
        private int rows;
        private long[] timestampsMs = new long[0];

        void see(int row, long timestampMs) {
            int chunk = row / CHUNK;
            if (chunk >= timestampsMs.length) {
                int before = timestampsMs.length;
                timestampsMs = Arrays.copyOf(timestampsMs, Math.max(2 * before, chunk + 1));
                Arrays.fill(timestampsMs, before, timestampsMs.length, Long.MAX_VALUE);
            }
            if (timestampMs > 0) {
                timestampsMs[chunk] = Math.min(timestampsMs[chunk], timestampMs);
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
        for (; oldest.rows < rows; oldest.rows++) {
            oldest.see(oldest.rows, segment.rows().timestampMs(oldest.rows));
        }
        IntStream.Builder expired = IntStream.builder();
        for (int chunk = 0; chunk < oldest.timestampsMs.length; chunk++) {
            if (oldest.timestampsMs[chunk] < timestampMs) {
                oldest.timestampsMs[chunk] =
                        expire(segment, chunk * CHUNK, rows, timestampMs, expired);
            }
        }
        return expired.build().toArray();
    }

    /**
     * Adds the live rows of a chunk from before a time.
     *
     * @return the oldest timestamp that is left
     */
    private static long expire(
            Segment segment, int from, int rows, long timestampMs, IntStream.Builder expired) {
        long oldest = Long.MAX_VALUE;
        for (int row = from; row < Math.min(rows, from + CHUNK); row++) {
            long timestamp = segment.rows().timestampMs(row);
            if (timestamp <= 0 || segment.tombstones().deathOf(row) != 0) {
                continue;
            }
            if (timestamp < timestampMs) {
                expired.add(row);
            } else {
                oldest = Math.min(oldest, timestamp);
            }
        }
        return oldest;
    }
}
