package io.omendb.index.column;

import com.fasterxml.jackson.databind.JsonNode;
import io.omendb.schema.FieldType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The values of one declared metadata field, a row each, and the conditions a filter puts on them.
 * Same sharing rules as {@link IntColumn}. Filters are validated before they get here: an operator
 * that a type does not have is a defect.
 */
public abstract sealed class FieldColumn
        permits KeywordColumn, KeywordsColumn, NumberColumn, BoolColumn {
    private final BitColumn present = new BitColumn();

    /** An empty column for a field of this type. */
    public static FieldColumn of(FieldType type) {
        return switch (type) {
            case KEYWORD -> new KeywordColumn();
            case KEYWORDS -> new KeywordsColumn(KeywordsColumn::elements);
            case TEXT -> new KeywordsColumn(KeywordsColumn::terms);
            case DOUBLE -> new NumberColumn(NumberOrder.DOUBLE);
            case LONG -> new NumberColumn(NumberOrder.LONG);
            case BOOL -> new BoolColumn();
        };
    }

    /** Writes the value of the next row; null where the point lacks the field. */
    public final void append(int row, @Nullable JsonNode value) {
        write(row, value);
        present.set(row, value != null);
    }

    /** Writes the value of the next row, apart from whether it is there. */
    abstract void write(int row, @Nullable JsonNode value);

    /** Rows below {@code rows} whose value (or one of whose values) equals one of these. */
    public abstract RowMatcher anyOf(List<JsonNode> values, int rows);

    /** Rows below {@code rows} whose number lies in a range. */
    public RowMatcher range(NumberRange range, int rows) {
        throw new IllegalStateException(getClass().getSimpleName() + " has no order");
    }

    /** Rows below {@code rows} that have a value. */
    public final RowMatcher exists(int rows) {
        return BitsMatcher.of(present, null, present.ones(), present.zeros(), rows);
    }

    /**
     * Indexes the first rows, once the column has stopped growing. Conditions bound before go on as
     * they are.
     */
    abstract void freeze(int rows);

    /** Heap bytes. */
    public final long bytes() {
        return present.bytes() + valueBytes();
    }

    /** Heap bytes of all but the bits that say which rows have a value. */
    abstract long valueBytes();

    /** Which rows have a value. */
    final BitColumn present() {
        return present;
    }
}
