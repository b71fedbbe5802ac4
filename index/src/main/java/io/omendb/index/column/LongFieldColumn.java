package io.omendb.index.column;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One long a row; a bit says whether it is there. */
final class LongFieldColumn extends FieldColumn {
    private final LongColumn values = new LongColumn();
    private final BitColumn present = new BitColumn();

    @Override
    public void append(int row, @Nullable JsonNode value) {
        values.set(row, value == null ? 0 : value.longValue());
        present.set(row, value != null);
    }

    @Override
    public BitSet anyOf(List<JsonNode> wanted, int rows) {
        BitSet matches = new BitSet(rows);
        for (JsonNode value : wanted) {
            matches.or(range(new NumberRange(value, true, value, true), rows));
        }
        return matches;
    }

    @Override
    public BitSet range(NumberRange range, int rows) {
        BitSet matches = new BitSet(rows);
        if (range.excludesEveryLong()) {
            return matches;
        }
        long lowest = range.lowestLong();
        long highest = range.highestLong();
        for (int row = 0; row < rows; row++) {
            long value = values.get(row);
            if (value >= lowest && value <= highest && present.get(row)) {
                matches.set(row);
            }
        }
        return matches;
    }

    @Override
    public BitSet exists(int rows) {
        return range(new NumberRange(null, true, null, true), rows);
    }

    @Override
    public long bytes() {
        return values.bytes() + present.bytes();
    }
}
