package io.omendb.index.column;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

/**
 * A range of numbers as a filter states it.
 *
 * @param lower lowest number, or null for none
 * @param lowerInclusive whether {@code lower} itself is in
 * @param upper highest number, or null for none
 * @param upperInclusive whether {@code upper} itself is in
 */
public record NumberRange(
        @Nullable JsonNode lower,
        boolean lowerInclusive,
        @Nullable JsonNode upper,
        boolean upperInclusive) {

    /** Whether one of the two has only a lower and the other only an upper bound. */
    public boolean complements(NumberRange other) {
        return (lower == null && upper != null && other.lower != null && other.upper == null)
                || (lower != null && upper == null && other.lower == null && other.upper != null);
    }

    /** The numbers in both of two ranges that complement each other. */
    public NumberRange and(NumberRange other) {
        NumberRange low = lower == null ? other : this;
        NumberRange high = lower == null ? this : other;
        return new NumberRange(low.lower, low.lowerInclusive, high.upper, high.upperInclusive);
    }

    /** Lowest double in the range. */
    double lowestDouble() {
        if (lower == null) {
            return Double.NEGATIVE_INFINITY;
        }
        return lowerInclusive ? lower.doubleValue() : Math.nextUp(lower.doubleValue());
    }

    /** Highest double in the range. */
    double highestDouble() {
        if (upper == null) {
            return Double.POSITIVE_INFINITY;
        }
        return upperInclusive ? upper.doubleValue() : Math.nextDown(upper.doubleValue());
    }

    /** Whether no long at all is in the range. */
    boolean excludesEveryLong() {
        boolean aboveAll =
                lower != null
                        && (isLong(lower)
                                ? !lowerInclusive && lower.longValue() == Long.MAX_VALUE
                                : lower.doubleValue() > Long.MAX_VALUE);
        boolean belowAll =
                upper != null
                        && (isLong(upper)
                                ? !upperInclusive && upper.longValue() == Long.MIN_VALUE
                                : upper.doubleValue() < Long.MIN_VALUE);
        return aboveAll || belowAll;
    }

    /** Lowest long in the range; meaningless where {@link #excludesEveryLong()}. */
    long lowestLong() {
        if (lower == null) {
            return Long.MIN_VALUE;
        }
        if (isLong(lower)) {
            return lowerInclusive ? lower.longValue() : lower.longValue() + 1;
        }
        double up = Math.ceil(lower.doubleValue());
        boolean whole = up == lower.doubleValue();
        return whole && !lowerInclusive ? (long) up + 1 : (long) up;
    }

    /** Highest long in the range; meaningless where {@link #excludesEveryLong()}. */
    long highestLong() {
        if (upper == null) {
            return Long.MAX_VALUE;
        }
        if (isLong(upper)) {
            return upperInclusive ? upper.longValue() : upper.longValue() - 1;
        }
        double down = Math.floor(upper.doubleValue());
        boolean whole = down == upper.doubleValue();
        return whole && !upperInclusive ? (long) down - 1 : (long) down;
    }

    private static boolean isLong(JsonNode number) {
        return number.isIntegralNumber() && number.canConvertToLong();
    }
}
