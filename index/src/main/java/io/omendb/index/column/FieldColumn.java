package io.omendb.index.column;

import com.fasterxml.jackson.databind.JsonNode;
import io.omendb.schema.FieldType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The values of one declared metadata field, a row each, and the questions a filter asks of them.
 * Same sharing rules as {@link IntColumn}. While a column grows, questions are answered from its
 * values; once it is frozen, from an index over them. Filters are validated before they get here:
 * an operator that a type does not have is a defect.
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
    public abstract RowMatcher anyOf(List<JsonNode> values, int rows);

    /** Rows below {@code rows} whose number lies in a range. */
    public RowMatcher range(NumberRange range, int rows) {
        throw new IllegalStateException(getClass().getSimpleName() + " has no order");
    }

    /** Rows below {@code rows} that have a value. */
    public abstract RowMatcher exists(int rows);

    /** Builds the index over a column that no longer grows. Any one thread may call this. */
    public abstract void freeze(int rows);

    /** Heap bytes. */
    public abstract long bytes();
}
