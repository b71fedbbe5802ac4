package io.omendb.index.column;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * A condition bound to the columns of one segment, for one query and one thread. It can be asked in
 * three ways, and a plan picks the cheapest: about how many rows match, whether one row matches,
 * which rows match.
 */
public abstract class RowMatcher {
    private final int limit;
    private int estimate = -1;

    RowMatcher(int limit) {
        this.limit = limit;
    }

    /** The condition that every row meets. */
    public static RowMatcher everyRow(int limit) {
        return new FixedMatcher(true, limit);
    }

    /** The condition that no row meets. */
    public static RowMatcher noRow(int limit) {
        return new FixedMatcher(false, limit);
    }

    /**
     * All parts hold. Ranges of one field become one range: the shares of {@code >= a} and {@code <
     * b} are not independent, so their product says nothing.
     */
    public static RowMatcher and(List<RowMatcher> parts, int limit) {
        List<RowMatcher> kept = new ArrayList<>();
        for (RowMatcher part : parts) {
            AndMatcher.collect(part, kept);
        }
        if (kept.stream().anyMatch(RowMatcher::none)) {
            return noRow(limit);
        }
        kept.removeIf(RowMatcher::all);
        return switch (kept.size()) {
            case 0 -> everyRow(limit);
            case 1 -> kept.get(0);
            default -> new AndMatcher(kept, limit);
        };
    }

    /** At least one part holds. */
    public static RowMatcher or(List<RowMatcher> parts, int limit) {
        if (parts.stream().anyMatch(RowMatcher::all)) {
            return everyRow(limit);
        }
        List<RowMatcher> kept = new ArrayList<>(parts);
        kept.removeIf(RowMatcher::none);
        return switch (kept.size()) {
            case 0 -> noRow(limit);
            case 1 -> kept.get(0);
            default -> new OrMatcher(kept, limit);
        };
    }

    /** The part does not hold. */
    public static RowMatcher not(RowMatcher part, int limit) {
        if (part.none()) {
            return everyRow(limit);
        }
        return part.all() ? noRow(limit) : new NotMatcher(part, limit);
    }

    /** Rows there are: the matcher may be asked about those below. */
    public final int limit() {
        return limit;
    }

    /** Whether a row matches: a few nanoseconds, nothing allocated. */
    public abstract boolean matches(int row);

    /**
     * About how many rows match, 0 to {@link #limit()}. The first call costs microseconds, later
     * ones nothing.
     *
     * <p>Exact for a condition on one field of a frozen segment, whether {@code $exists}, a bool, a
     * keyword, one element of a {@code keyword[]}, one term of a text, or any range; while a
     * segment grows, the share among all rows appended so far, and for ranges a sample of the
     * chunks whose bounds leave it open. Several elements or terms count as independent. And is the
     * product of the parts' shares, or the sum of the parts, capped; not is the rest.
     */
    public final int estimate() {
        if (estimate < 0) {
            estimate = Math.max(0, Math.min(limit, estimateRows()));
        }
        return estimate;
    }

    /** The estimate, asked for once and clamped by the caller. */
    abstract int estimateRows();

    /**
     * The rows that match. Chunks of rows that cannot match are passed over. The caller owns it.
     */
    public abstract BitSet rows();

    /** The same condition with its rows listed: the estimate is exact, a row costs a bit. */
    public final RowMatcher listed() {
        return new ListedMatcher(rows(), limit);
    }

    /** Whether provably no row matches. */
    public boolean none() {
        return limit == 0;
    }

    /** Whether provably all rows match. */
    public boolean all() {
        return limit == 0;
    }

    /** About as many rows could be asked about in the time that listing takes. */
    int listingCost() {
        return Math.max(estimate(), limit / 32);
    }

    /** Takes from a set the rows that do not match, whichever way costs less. */
    final void retainIn(BitSet rows) {
        // A set of few rows is probed row by row.
        if (rows.cardinality() > listingCost()) {
            rows.and(rows());
            return;
        }
        for (int row = rows.nextSetBit(0); row >= 0; row = rows.nextSetBit(row + 1)) {
            if (!matches(row)) {
                rows.clear(row);
            }
        }
    }

    /** What a share of all rows counted means for the rows below the limit. */
    static int scaled(int limit, long hits, long counted) {
        return counted == 0
                ? 0
                : (int) Math.min(limit, Math.round((double) limit * hits / counted));
    }
}
