package io.omendb.index.column;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One double a row. JSON has no NaN, so NaN marks a missing value. */
final class DoubleFieldColumn extends FieldColumn {
    private final LongColumn bits = new LongColumn();

    @Override
    public void append(int row, @Nullable JsonNode value) {
        bits.set(row, Double.doubleToLongBits(value == null ? Double.NaN : value.doubleValue()));
    }

    @Override
    public BitSet anyOf(List<JsonNode> values, int rows) {
        BitSet matches = new BitSet(rows);
        for (JsonNode value : values) {
            matches.or(range(new NumberRange(value, true, value, true), rows));
        }
        return matches;
    }

    @Override
    public BitSet range(NumberRange range, int rows) {
        double lowest = range.lowestDouble();
        double highest = range.highestDouble();
        BitSet matches = new BitSet(rows);
        for (int row = 0; row < rows; row++) {
            double value = Double.longBitsToDouble(bits.get(row));
            if (value >= lowest && value <= highest) {
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
        return bits.bytes();
    }
}
