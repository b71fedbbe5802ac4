package io.omendb.index.column;

import com.fasterxml.jackson.databind.JsonNode;
import io.omendb.schema.FieldType;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The values of one declared metadata field, a row each, and the questions a filter asks of them.
 * Same sharing rules as {@link IntColumn}. Filters are validated before they get here: an operator
 * that a type does not have is a defect.
 */
public abstract sealed class FieldColumn
        permits KeywordColumn, KeywordsColumn, DoubleFieldColumn, LongFieldColumn, BoolColumn {

    /** An empty column for a field of this type. */
    public static FieldColumn of(FieldType type) {
        return switch (type) {
            case KEYWORD -> new KeywordColumn();
            case KEYWORDS -> new KeywordsColumn(KeywordsColumn::elements);
            case TEXT -> new KeywordsColumn(KeywordsColumn::terms);
            case DOUBLE -> new DoubleFieldColumn();
            case LONG -> new LongFieldColumn();
            case BOOL -> new BoolColumn();
        };
    }

    /** Writes the value of the next row; null where the point lacks the field. */
    public abstract void append(int row, @Nullable JsonNode value);

    /** Rows below {@code rows} whose value (or one of whose values) equals one of these. */
    public abstract BitSet anyOf(List<JsonNode> values, int rows);

    /** Rows below {@code rows} whose number lies in a range. */
    public BitSet range(NumberRange range, int rows) {
        throw new IllegalStateException(getClass().getSimpleName() + " has no order");
    }

    /** Rows below {@code rows} that have a value. */
    public abstract BitSet exists(int rows);

    /** Heap bytes. */
    public abstract long bytes();
}
