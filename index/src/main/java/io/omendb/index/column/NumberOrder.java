package io.omendb.index.column;

import com.fasterxml.jackson.databind.JsonNode;

/** How numbers of a type are kept as longs that sort as the numbers do. */
enum NumberOrder {
    LONG {
        @Override
        long of(JsonNode number) {
            return number.longValue();
        }

        @Override
        Interval of(NumberRange range) {
            return range.longs();
        }
    },
    DOUBLE {
        @Override
        long of(JsonNode number) {
            return ofDouble(number.doubleValue());
        }

        @Override
        Interval of(NumberRange range) {
            return range.doubles();
        }
    };

    /** The long that stands for a number. */
    abstract long of(JsonNode number);

    /** The longs that stand for the numbers in a range. */
    abstract Interval of(NumberRange range);

    /** Negative zero counts as zero; JSON has no NaN. */
    static long ofDouble(double number) {
        long bits = Double.doubleToLongBits(number + 0.0);
        return bits ^ (bits >> 63 & Long.MAX_VALUE);
    }
}
