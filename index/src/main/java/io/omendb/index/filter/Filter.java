package io.omendb.index.filter;

import com.fasterxml.jackson.databind.JsonNode;
import io.omendb.index.column.FieldColumns;
import io.omendb.index.column.NumberRange;
import java.util.BitSet;
import java.util.List;

/** A condition on declared metadata fields. Immutable; made by {@link FilterParser}. */
public sealed interface Filter {

    /** The rows below {@code rows} that meet the condition. The caller owns the result. */
    BitSet match(FieldColumns columns, int rows);

    /** Every part holds; all rows where there is none. */
    record And(List<Filter> parts) implements Filter {
        @Override
        public BitSet match(FieldColumns columns, int rows) {
            BitSet matches = new BitSet(rows);
            matches.set(0, rows);
            for (Filter part : parts) {
                if (matches.isEmpty()) {
                    break;
                }
                matches.and(part.match(columns, rows));
            }
            return matches;
        }
    }

    /** At least one part holds. */
    record Or(List<Filter> parts) implements Filter {
        @Override
        public BitSet match(FieldColumns columns, int rows) {
            BitSet matches = new BitSet(rows);
            for (Filter part : parts) {
                matches.or(part.match(columns, rows));
            }
            return matches;
        }
    }

    /**
     * The part does not hold; so {@code $ne} also matches rows without the field, as in MongoDB.
     */
    record Not(Filter part) implements Filter {
        @Override
        public BitSet match(FieldColumns columns, int rows) {
            BitSet matches = part.match(columns, rows);
            matches.flip(0, rows);
            return matches;
        }
    }

    /** The field's value, or one of its values, equals one of these. */
    record AnyOf(String field, List<JsonNode> values) implements Filter {
        @Override
        public BitSet match(FieldColumns columns, int rows) {
            return columns.column(field).anyOf(values, rows);
        }
    }

    /** The field's number lies in the range. */
    record Range(String field, NumberRange range) implements Filter {
        @Override
        public BitSet match(FieldColumns columns, int rows) {
            return columns.column(field).range(range, rows);
        }
    }

    /** The field has a value. */
    record Exists(String field) implements Filter {
        @Override
        public BitSet match(FieldColumns columns, int rows) {
            return columns.column(field).exists(rows);
        }
    }
}
