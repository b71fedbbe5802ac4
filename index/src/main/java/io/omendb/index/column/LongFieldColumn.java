package io.omendb.index.column;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/** One long a row; a bit says whether it is there. */
final class LongFieldColumn extends FieldColumn {
    private final LongColumn values = new LongColumn();
    private final BitColumn present = new BitColumn();
    private volatile @Nullable SortedRows sorted;

    @Override
    public void append(int row, @Nullable JsonNode value) {
        values.set(row, value == null ? 0 : value.longValue());
        present.set(row, value != null);
    }

    @Override
    public RowMatcher anyOf(List<JsonNode> wanted, int rows) {
        if (wanted.size() == 1) {
            return range(new NumberRange(wanted.get(0), true, wanted.get(0), true), rows);
        }
        List<RowMatcher> each = new ArrayList<>();
        for (JsonNode value : wanted) {
            each.add(range(new NumberRange(value, true, value, true), rows));
        }
        return RowMatcher.testing(rows, row -> matchesOne(each, row));
    }

    private static boolean matchesOne(List<RowMatcher> each, int row) {
        for (int i = 0; i < each.size(); i++) {
            if (each.get(i).matches(row)) {
                return true;
            }
        }
        return false;
    }

    @Override
    public RowMatcher range(NumberRange range, int rows) {
        if (range.excludesEveryLong()) {
            return RowMatcher.testing(rows, row -> false);
        }
        long lowest = range.lowestLong();
        long highest = range.highestLong();
        IntPredicate test =
                row -> values.get(row) >= lowest && values.get(row) <= highest && present.get(row);
        SortedRows frozen = sorted;
        return frozen == null || frozen.rows() != rows
                ? RowMatcher.testing(rows, test)
                : frozen.matcher(lowest, highest, values::get, test);
    }

    @Override
    public RowMatcher exists(int rows) {
        return range(new NumberRange(null, true, null, true), rows);
    }

    @Override
    public void freeze(int rows) {
        sorted = SortedRows.of(rows, present::get, values::get);
    }

    @Override
    public long bytes() {
        SortedRows frozen = sorted;
        return values.bytes() + present.bytes() + (frozen == null ? 0 : frozen.bytes());
    }
}
