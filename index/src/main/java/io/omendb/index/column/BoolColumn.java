package io.omendb.index.column;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One bool a row; a second bit says whether it is there. */
final class BoolColumn extends FieldColumn {
    private final BitColumn values = new BitColumn();
    private final BitColumn present = new BitColumn();

    @Override
    public void append(int row, @Nullable JsonNode value) {
        values.set(row, value != null && value.booleanValue());
        present.set(row, value != null);
    }

    @Override
    public BitSet anyOf(List<JsonNode> wanted, int rows) {
        boolean wantTrue = wanted.stream().anyMatch(JsonNode::booleanValue);
        boolean wantFalse = wanted.stream().anyMatch(value -> !value.booleanValue());
        BitSet matches = new BitSet(rows);
        for (int row = 0; row < rows; row++) {
            if (present.get(row) && (values.get(row) ? wantTrue : wantFalse)) {
                matches.set(row);
            }
        }
        return matches;
    }

    @Override
    public BitSet exists(int rows) {
        return present.setBelow(rows);
    }

    @Override
    public long bytes() {
        return values.bytes() + present.bytes();
    }
}
