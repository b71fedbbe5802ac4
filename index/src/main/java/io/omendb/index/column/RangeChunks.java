package io.omendb.index.column;

import java.util.Arrays;
import java.util.BitSet;

/** What the bounds of chunks say of a range: the chunks that match whole, and those left open. */
final class RangeChunks {
    /** Up to so many chunks are counted row by row for an estimate. */
    private static final int COUNTED_CHUNKS = 4;

    /** Rows looked at where there are more: the share comes out within about 3 percent. */
    private static final int SAMPLE = 1024;

    /** Odd and far from regular, so that a walk is out of step with patterns in the data. */
    private static final int SAMPLE_STEP = 619;

    private final int limit;
    private final BitSet whole = new BitSet();
    private final int[] open;
    private int wholeRows;
    private int openRows;

    private RangeChunks(int limit, int[] open) {
        this.limit = limit;
        this.open = open;
    }

    /**
     * Sorts chunks by their bounds.
     *
     * @param full whether every row has a value, so that chunks can match whole
     */
    static RangeChunks of(Zones zones, Intervals intervals, boolean full, int limit) {
        long[] bounds = zones.current();
        int[] open = new int[Chunks.holding(limit)];
        BitSet whole = new BitSet();
        int opened = 0;
        for (int chunk = 0; chunk < open.length; chunk++) {
            long lowest = Zones.lowest(bounds, chunk);
            long highest = Zones.highest(bounds, chunk);
            if (full && intervals.covers(lowest, highest)) {
                whole.set(chunk);
            } else if (intervals.meets(lowest, highest)) {
                open[opened++] = chunk;
            }
        }
        RangeChunks chunks = new RangeChunks(limit, Arrays.copyOf(open, opened));
        chunks.whole.or(whole);
        chunks.wholeRows = whole.stream().map(chunks::rowsIn).sum();
        chunks.openRows = Arrays.stream(chunks.open).map(chunks::rowsIn).sum();
        return chunks;
    }

    /** Rows of the chunks that match whole. */
    int wholeRows() {
        return wholeRows;
    }

    /** Rows of the chunks left open. */
    int openRows() {
        return openRows;
    }

    int estimate(RowMatcher rows) {
        return wholeRows + (open.length <= COUNTED_CHUNKS ? count(rows) : sample(rows));
    }

    /** The rows that match. */
    BitSet rows(RowMatcher matcher) {
        // Whole words, without a branch: chance decides of each row whether it matches.
        long[] words = new long[(limit + Long.SIZE - 1) / Long.SIZE];
        for (int chunk : open) {
            int end = Chunks.end(chunk, limit);
            for (int start = Chunks.start(chunk); start < end; start += Long.SIZE) {
                words[start / Long.SIZE] = word(matcher, start, Math.min(end, start + Long.SIZE));
            }
        }
        BitSet rows = BitSet.valueOf(words);
        whole.stream().forEach(i -> rows.set(Chunks.start(i), Chunks.end(i, limit)));
        return rows;
    }

    private static long word(RowMatcher matcher, int from, int to) {
        long word = 0;
        for (int row = from; row < to; row++) {
            word |= (matcher.matches(row) ? 1L : 0L) << row;
        }
        return word;
    }

    private int count(RowMatcher matcher) {
        int found = 0;
        for (int chunk : open) {
            int end = Chunks.end(chunk, limit);
            for (int row = Chunks.start(chunk); row < end; row++) {
                found += matcher.matches(row) ? 1 : 0;
            }
        }
        return found;
    }

    private int sample(RowMatcher matcher) {
        int found = 0;
        for (int i = 0; i < SAMPLE; i++) {
            int chunk = open[(int) ((long) i * open.length / SAMPLE)];
            int row = Chunks.start(chunk) + i * SAMPLE_STEP % rowsIn(chunk);
            found += matcher.matches(row) ? 1 : 0;
        }
        return RowMatcher.scaled(openRows, found, SAMPLE);
    }

    private int rowsIn(int chunk) {
        return Chunks.end(chunk, limit) - Chunks.start(chunk);
    }
}
