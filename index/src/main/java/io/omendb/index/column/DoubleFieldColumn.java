package io.omendb.index.column;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/** One double a row. JSON has no NaN, so NaN marks a missing value. */
final class DoubleFieldColumn extends FieldColumn {
    private final LongColumn bits = new LongColumn();
    private volatile @Nullable SortedRows sorted;

    @Override
    public void append(int row, @Nullable JsonNode value) {
        bits.set(row, Double.doubleToLongBits(value == null ? Double.NaN : value.doubleValue()));
    }

    @Override
    public RowMatcher anyOf(List<JsonNode> values, int rows) {
        if (values.size() == 1) {
            return range(new NumberRange(values.get(0), true, values.get(0), true), rows);
        }
        double[] wanted = new double[values.size()];
        Arrays.setAll(wanted, i -> values.get(i).doubleValue());
        return RowMatcher.testing(rows, row -> isOneOf(wanted, value(row)));
    }

    private static boolean isOneOf(double[] wanted, double value) {
        for (double one : wanted) {
            if (one == value) {
                return true;
            }
        }
        return false;
    }

    @Override
    public RowMatcher range(NumberRange range, int rows) {
        double lowest = range.lowestDouble();
        double highest = range.highestDouble();
        IntPredicate test = row -> value(row) >= lowest && value(row) <= highest;
        SortedRows frozen = sorted;
        return frozen == null || frozen.rows() != rows || !(lowest <= highest)
                ? RowMatcher.testing(rows, test)
                : frozen.matcher(
                        SortedRows.keysOf(any -> lowest).applyAsLong(0),
                        SortedRows.keysOf(any -> highest).applyAsLong(0),
                        SortedRows.keysOf(this::value),
                        test);
    }

    @Override
    public RowMatcher exists(int rows) {
        return range(new NumberRange(null, true, null, true), rows);
    }

    @Override
    public void freeze(int rows) {
        sorted =
                SortedRows.of(
                        rows, row -> !Double.isNaN(value(row)), SortedRows.keysOf(this::value));
    }

    private double value(int row) {
        return Double.longBitsToDouble(bits.get(row));
    }

    @Override
    public long bytes() {
        SortedRows frozen = sorted;
        return bits.bytes() + (frozen == null ? 0 : frozen.bytes());
    }
}
