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
    private static final double BEYOND_LONG = 0x1p63;

    /** The doubles in the range, by {@link NumberOrder#ofDouble}. */
    Interval doubles() {
        double low = lower == null ? Double.NEGATIVE_INFINITY : lower.doubleValue();
        double high = upper == null ? Double.POSITIVE_INFINITY : upper.doubleValue();
        boolean above = !lowerInclusive && low == Double.POSITIVE_INFINITY;
        boolean below = !upperInclusive && high == Double.NEGATIVE_INFINITY;
        if (above || below) {
            return Interval.EMPTY;
        }
        return new Interval(
                NumberOrder.ofDouble(lowerInclusive ? low : Math.nextUp(low)),
                NumberOrder.ofDouble(upperInclusive ? high : Math.nextDown(high)));
    }

    /** The longs in the range. */
    Interval longs() {
        Interval from = lower == null ? all() : atLeast(lower, lowerInclusive);
        Interval to = upper == null ? all() : atMost(upper, upperInclusive);
        return from.intersect(to);
    }

    private static Interval atLeast(JsonNode bound, boolean inclusive) {
        int side = side(bound);
        if (side != 0) {
            return side > 0 ? Interval.EMPTY : all();
        }
        long low = bound.longValue();
        boolean skip = !inclusive;
        if (!bound.isIntegralNumber()) {
            double up = Math.ceil(bound.doubleValue());
            low = (long) up;
            skip &= up == bound.doubleValue();
        }
        if (skip && low == Long.MAX_VALUE) {
            return Interval.EMPTY;
        }
        return new Interval(skip ? low + 1 : low, Long.MAX_VALUE);
    }

    private static Interval atMost(JsonNode bound, boolean inclusive) {
        int side = side(bound);
        if (side != 0) {
            return side < 0 ? Interval.EMPTY : all();
        }
        long high = bound.longValue();
        boolean skip = !inclusive;
        if (!bound.isIntegralNumber()) {
            double down = Math.floor(bound.doubleValue());
            high = (long) down;
            skip &= down == bound.doubleValue();
        }
        if (skip && high == Long.MIN_VALUE) {
            return Interval.EMPTY;
        }
        return new Interval(Long.MIN_VALUE, skip ? high - 1 : high);
    }

    /** 1 for a number above every long, -1 for one below every long, else 0. */
    private static int side(JsonNode number) {
        if (number.isIntegralNumber()) {
            return number.canConvertToLong() ? 0 : number.bigIntegerValue().signum();
        }
        double value = number.doubleValue();
        if (value >= BEYOND_LONG) {
            return 1;
        }
        return value < -BEYOND_LONG ? -1 : 0;
    }

    private static Interval all() {
        return new Interval(Long.MIN_VALUE, Long.MAX_VALUE);
    }
}
