package io.omendb.index.device;

import io.omendb.index.segment.Segment;
import java.util.List;

/**
 * Rows to compare with a query.
 *
 * @param segments where they are
 * @param rows for each segment the ordinals of rows
 */
public record Candidates(
        List<Segment> segments, @SuppressWarnings("ArrayRecordComponent") int[][] rows) {

    public Candidates {
        if (segments.size() != rows.length) {
            throw new IllegalArgumentException(
                    "rows of " + rows.length + " segments, expected " + segments.size());
        }
    }

    /** How many rows. */
    public int count() {
        int count = 0;
        for (int[] ofSegment : rows) {
            count += ofSegment.length;
        }
        return count;
    }
}
