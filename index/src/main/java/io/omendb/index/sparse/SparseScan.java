package io.omendb.index.sparse;

import io.omendb.index.search.TopK;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.IntPredicate;

/**
 * Finds the best rows of one segment for a sparse query, exactly: MaxScore (Turtle and Flood, 1995)
 * with bounds of blocks (Mallia and others, An Experimental Study of Index Compression and DAAT
 * Query Processing Methods, 2019). Terms that together cannot lift a row over the worst one kept
 * are only looked up for rows that others have found. Used by one thread.
 */
public final class SparseScan {
    /** Bounds are sums in another order than scores, so they may come out lower by a rounding. */
    private static final double SLACK = 1 + 1e-6;

    /** By clause, in the order of the query, which is the order in which scores are summed. */
    private final ScoredCursor[] clauses;

    /** Numbers of the clauses by ascending bound. */
    private final Integer[] order;

    /** By place in that order, what the clauses up to there can add together. */
    private final double[] boundsUpTo;

    private final float[] parts;
    private int required;
    private double threshold = Double.NEGATIVE_INFINITY;
    private long rowsScored;

    /** The rows from the present one to this one are in the same blocks; see lookAround. */
    private int windowEnd = -1;

    private int windowRequired = -1;
    private double windowBound;

    private SparseScan(List<ScoredCursor> cursors) {
        this.clauses = cursors.toArray(ScoredCursor[]::new);
        this.order = new Integer[clauses.length];
        this.boundsUpTo = new double[clauses.length];
        this.parts = new float[clauses.length];
        float[] bounds = new float[clauses.length];
        for (int i = 0; i < clauses.length; i++) {
            order[i] = i;
            bounds[i] = clauses[i].bound();
        }
        Arrays.sort(order, Comparator.comparingDouble(i -> bounds[i]));
        double sum = 0;
        for (int i = 0; i < order.length; i++) {
            sum += bounds[order[i]] * SLACK;
            boundsUpTo[i] = sum;
        }
    }

    /**
     * Offers the rows that match.
     *
     * @param limit rows from this one on are left out
     * @param accepted whether a row may be found
     * @param top collects negated scores, as {@code base | row}
     * @return rows scored
     */
    public static long run(
            QueryScorers query,
            SegmentPostings postings,
            int limit,
            IntPredicate accepted,
            TopK top,
            long base) {
        List<ScoredCursor> cursors = query.cursors(postings, limit);
        if (cursors.isEmpty()) {
            return 0;
        }
        SparseScan scan = new SparseScan(cursors);
        scan.run(accepted, top, base);
        return scan.rowsScored;
    }

    /**
     * Scores given rows.
     *
     * @param rows ascending
     * @return by position in {@code rows}; 0 where a row has none of the terms
     */
    public static float[] score(
            QueryScorers query, SegmentPostings postings, int limit, int[] rows) {
        float[] scores = new float[rows.length];
        SparseScan scan = new SparseScan(query.cursors(postings, limit));
        for (int i = 0; i < rows.length; i++) {
            for (int clause = 0; clause < scan.clauses.length; clause++) {
                scan.parts[clause] = scan.part(clause, rows[i]);
            }
            scores[i] = scan.sum();
        }
        return scores;
    }

    private void run(IntPredicate accepted, TopK top, long base) {
        for (int i = 0; i < clauses.length; i++) {
            clauses[i].cursor().next();
        }
        raise(top);
        for (int row = lowest(); row != PostingCursor.END; row = lowest()) {
            int skipTo = passOver(row);
            if (skipTo > row) {
                advanceRequired(skipTo);
                continue;
            }
            if (accepted.test(row) && mayEnter(row)) {
                rowsScored++;
                top.offer(-sum(), base | row);
                raise(top);
            }
            advanceRequired(row + 1);
        }
    }

    /** The first row that a required clause has. */
    private int lowest() {
        int lowest = PostingCursor.END;
        for (int i = required; i < order.length; i++) {
            lowest = Math.min(lowest, clauses[order[i]].cursor().row());
        }
        return lowest;
    }

    private void advanceRequired(int target) {
        for (int i = required; i < order.length; i++) {
            PostingCursor cursor = clauses[order[i]].cursor();
            if (cursor.row() < target) {
                cursor.advance(target);
            }
        }
    }

    /**
     * The row to go on with: this one, or where the blocks around it cannot hold a row that enters,
     * the first one after any of them ends.
     */
    private int passOver(int row) {
        if (threshold == Double.NEGATIVE_INFINITY) {
            return row;
        }
        if (row > windowEnd || required != windowRequired) {
            lookAround(row);
        }
        if (windowBound >= threshold) {
            return row;
        }
        return windowEnd == PostingCursor.END ? PostingCursor.END : windowEnd + 1;
    }

    /** Finds how far the blocks around a row reach, and what a row within can have at most. */
    private void lookAround(int row) {
        double bound = required > 0 ? boundsUpTo[required - 1] : 0;
        int end = PostingCursor.END;
        for (int i = required; i < order.length; i++) {
            ScoredCursor clause = clauses[order[i]];
            int blockEnd = clause.cursor().seekBlock(Math.max(row, clause.cursor().row()));
            if (clause.cursor().row() <= row || blockEnd != PostingCursor.END) {
                end = Math.min(end, blockEnd);
                bound += clause.blockBound() * SLACK;
            }
        }
        windowRequired = required;
        windowEnd = end;
        windowBound = bound;
    }

    /** Collects what the clauses add to a row, as long as it may still enter. */
    private boolean mayEnter(int row) {
        Arrays.fill(parts, 0);
        double found = 0;
        for (int i = required; i < order.length; i++) {
            int clause = order[i];
            if (clauses[clause].cursor().row() == row) {
                parts[clause] = clauses[clause].score();
                found += parts[clause];
            }
        }
        for (int i = required - 1; i >= 0; i--) {
            if ((found + boundsUpTo[i]) * SLACK < threshold) {
                return false;
            }
            int clause = order[i];
            parts[clause] = part(clause, row);
            found += parts[clause];
        }
        return true;
    }

    private float part(int clause, int row) {
        PostingCursor cursor = clauses[clause].cursor();
        if (cursor.row() < row) {
            cursor.advance(row);
        }
        return cursor.row() == row ? clauses[clause].score() : 0;
    }

    /** The score, summed in one order however the row was found. */
    private float sum() {
        double sum = 0;
        for (float part : parts) {
            sum += part;
        }
        return (float) sum;
    }

    /** Takes notice of the worst row kept. */
    private void raise(TopK top) {
        threshold = -(double) top.bound();
        while (required < order.length && boundsUpTo[required] < threshold) {
            required++;
        }
    }
}
