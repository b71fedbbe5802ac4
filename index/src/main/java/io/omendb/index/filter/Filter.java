package io.omendb.index.filter;

import com.fasterxml.jackson.databind.JsonNode;
import io.omendb.index.column.FieldColumns;
import io.omendb.index.column.NumberRange;
import io.omendb.index.column.RowMatcher;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.stream.Collectors;

/** A condition on declared metadata fields. Immutable; made by {@link FilterParser}. */
public sealed interface Filter {

    /** The condition over the rows below {@code rows} of a segment, for one query. */
    RowMatcher bind(FieldColumns columns, int rows);

    /** The rows below {@code rows} that meet the condition. The caller owns the result. */
    default BitSet match(FieldColumns columns, int rows) {
        return bind(columns, rows).rows();
    }

    /** Every part holds; all rows where there is none. */
    record And(List<Filter> parts) implements Filter {
        public And {
            parts = joinRanges(parts);
        }

        @Override
        public RowMatcher bind(FieldColumns columns, int rows) {
            return new AndMatcher(bindAll(parts, columns, rows), rows);
        }
    }

    /** At least one part holds. */
    record Or(List<Filter> parts) implements Filter {
        @Override
        public RowMatcher bind(FieldColumns columns, int rows) {
            return new OrMatcher(bindAll(parts, columns, rows), rows);
        }
    }

    /**
     * The part does not hold; so {@code $ne} also matches rows without the field, as in MongoDB.
     */
    record Not(Filter part) implements Filter {
        @Override
        public RowMatcher bind(FieldColumns columns, int rows) {
            return new NotMatcher(part.bind(columns, rows), rows);
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

    /**
     * Lower and upper bounds of one field belong together: one look-up tells how many rows match.
     */
    private static List<Filter> joinRanges(List<Filter> parts) {
        List<Filter> joined = new ArrayList<>();
        for (Filter part : parts) {
            boolean merged = false;
            for (int i = 0; i < joined.size() && !merged && part instanceof Range; i++) {
                if (joined.get(i) instanceof Range other
                        && other.field.equals(((Range) part).field)
                        && other.range.complements(((Range) part).range)) {
                    NumberRange both = other.range.and(((Range) part).range);
                    joined.set(i, new Range(other.field, both));
                    merged = true;
                }
            }
            if (!merged) {
                joined.add(part);
            }
        }
        return List.copyOf(joined);
    }

    private static List<RowMatcher> bindAll(List<Filter> parts, FieldColumns columns, int rows) {
        return parts.stream().map(part -> part.bind(columns, rows)).collect(Collectors.toList());
    }
}
