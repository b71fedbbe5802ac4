package io.omendb.index.column;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One bool a row: a bit for true, beside the bit that says whether a value is there. The bits are
 * their own index: a million rows are 16,000 words, so freezing has nothing to add.
 */
final class BoolColumn extends FieldColumn {
    private final BitColumn trues = new BitColumn();

    /** Only ever grows, see {@link BitColumn#ones()}. */
    private int falses;

    @Override
    void write(int row, @Nullable JsonNode value) {
        boolean isTrue = value != null && value.booleanValue();
        trues.set(row, isTrue);
        if (value != null && !isTrue) {
            falses++;
        }
    }

    @Override
    public RowMatcher anyOf(List<JsonNode> wanted, int rows) {
        boolean wantTrue = wanted.stream().anyMatch(JsonNode::booleanValue);
        boolean wantFalse = wanted.stream().anyMatch(value -> !value.booleanValue());
        if (wantTrue && wantFalse) {
            return exists(rows);
        }
        if (wantTrue) {
            return BitsMatcher.of(trues, null, trues.ones(), trues.zeros(), rows);
        }
        return wantFalse
                ? BitsMatcher.of(present(), trues, falses, trues.ones() + present().zeros(), rows)
                : RowMatcher.noRow(rows);
    }

    @Override
    void freeze(int rows) {
        // Nothing is faster than the words.
    }

    @Override
    long valueBytes() {
        return trues.bytes();
    }
}
