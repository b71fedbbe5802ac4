package io.omendb.index.column;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One number a row, as a long that sorts as the number does. */
final class NumberColumn extends FieldColumn {
    private final NumberOrder order;
    private final LongColumn values = new LongColumn();
    private final Zones zones = new Zones();
    private volatile @Nullable SortedRows sorted;

    /** Stands in for a missing value too: a repeated value packs better than a zero between. */
    private long last;

    NumberColumn(NumberOrder order) {
        this.order = order;
    }

    @Override
    void write(int row, @Nullable JsonNode value) {
        if (value != null) {
            last = order.of(value);
            zones.add(row, last);
        }
        values.set(row, last);
    }

    @Override
    public RowMatcher anyOf(List<JsonNode> wanted, int rows) {
        List<Interval> points = new ArrayList<>();
        for (JsonNode value : wanted) {
            Interval point = order.of(new NumberRange(value, true, value, true));
            if (!point.isEmpty()) {
                points.add(point);
            }
        }
        points.sort(Comparator.comparingLong(Interval::low));
        return matcher(points.stream().distinct().toList(), rows);
    }

    @Override
    public RowMatcher range(NumberRange range, int rows) {
        Interval interval = order.of(range);
        return matcher(interval.isEmpty() ? List.of() : List.of(interval), rows);
    }

    @Override
    void freeze(int rows) {
        sorted = SortedRows.of(values, present(), rows);
    }

    @Override
    long valueBytes() {
        SortedRows frozen = sorted;
        return values.bytes() + zones.bytes() + (frozen == null ? 0 : frozen.bytes());
    }

    /** The index, or null while the column grows. */
    @Nullable SortedRows sorted() {
        return sorted;
    }

    LongColumn values() {
        return values;
    }

    Zones zones() {
        return zones;
    }

    private RowMatcher matcher(List<Interval> intervals, int rows) {
        if (intervals.isEmpty() || present().ones() == 0) {
            return RowMatcher.noRow(rows);
        }
        return new RangeMatcher(this, new Intervals(intervals), rows);
    }
}
