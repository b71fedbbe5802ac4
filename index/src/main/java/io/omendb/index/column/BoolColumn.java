package io.omendb.index.column;

import com.fasterxml.jackson.databind.JsonNode;
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
    public RowMatcher anyOf(List<JsonNode> wanted, int rows) {
        boolean wantTrue = wanted.stream().anyMatch(JsonNode::booleanValue);
        boolean wantFalse = wanted.stream().anyMatch(value -> !value.booleanValue());
        return RowMatcher.testing(
                rows, row -> present.get(row) && (values.get(row) ? wantTrue : wantFalse));
    }

    @Override
    public RowMatcher exists(int rows) {
        return RowMatcher.testing(rows, present::get);
    }

    /** Two bits a row are read as fast as any index over them. */
    @Override
    public void freeze(int rows) {}

    @Override
    public long bytes() {
        return values.bytes() + present.bytes();
    }
}
