package io.omendb.index.filter;

import com.fasterxml.jackson.databind.JsonNode;
import io.omendb.index.column.FieldColumns;
import io.omendb.index.column.NumberRange;
import io.omendb.index.column.RowMatcher;
import java.util.BitSet;
import java.util.List;

/** A condition on declared metadata fields. Immutable; made by {@link FilterParser}. */
public sealed interface Filter {

    /**
     * Binds the condition to the columns of a segment, for one query and one thread: costs
     * microseconds, looks at no row.
     *
     * @param rows the rows asked about are those below
     */
    RowMatcher bind(FieldColumns columns, int rows);

    /** The rows below {@code rows} that meet the condition. The caller owns the result. */
    default BitSet match(FieldColumns columns, int rows) {
        return bind(columns, rows).rows();
    }

    /** Every part holds; all rows where there is none. */
    record And(List<Filter> parts) implements Filter {
        @Override
        public RowMatcher bind(FieldColumns columns, int rows) {
            return RowMatcher.and(bindAll(parts, columns, rows), rows);
        }
    }

    /** At least one part holds. */
    record Or(List<Filter> parts) implements Filter {
        @Override
        public RowMatcher bind(FieldColumns columns, int rows) {
            return RowMatcher.or(bindAll(parts, columns, rows), rows);
        }
    }

    /**
     * The part does not hold; so {@code $ne} also matches rows without the field, as in MongoDB.
     */
    record Not(Filter part) implements Filter {
        @Override
        public RowMatcher bind(FieldColumns columns, int rows) {
            return RowMatcher.not(part.bind(columns, rows), rows);
        }
    }

    /** The field's value, or one of its values, equals one of these. */
    record AnyOf(String field, List<JsonNode> values) implements Filter {
        @Override
        public RowMatcher bind(FieldColumns columns, int rows) {
            return columns.column(field).anyOf(values, rows);
        }
    }

    /** The field's number lies in the range. */
    record Range(String field, NumberRange range) implements Filter {
        @Override
        public RowMatcher bind(FieldColumns columns, int rows) {
            return columns.column(field).range(range, rows);
        }
    }

    /** The field has a value. */
    record Exists(String field) implements Filter {
        @Override
        public RowMatcher bind(FieldColumns columns, int rows) {
            return columns.column(field).exists(rows);
        }
    }

    private static List<RowMatcher> bindAll(List<Filter> parts, FieldColumns columns, int rows) {
        return parts.stream().map(part -> part.bind(columns, rows)).toList();
    }
}
