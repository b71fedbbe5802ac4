package io.omendb.client.filter;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * A condition on a point's metadata; {@link Filters} makes them. Its JSON is the {@code filters} of
 * the HTTP interface. Whether a field is declared, and has the operator, is known to the server,
 * which refuses what does not fit (422).
 */
public sealed interface Filter {

    /** The JSON object, of maps, lists, strings, numbers and booleans. */
    @JsonValue
    Map<String, Object> toMap();

    /**
     * A bare value, which means equality.
     *
     * @param value a string, a number or a boolean
     */
    record Equal(String field, Object value) implements Filter {
        public Equal {
            Operand.checkField(field);
            Operand.check(field, value);
        }

        @Override
        public Map<String, Object> toMap() {
            return Map.of(field, value);
        }
    }

    /**
     * An operator of one field.
     *
     * @param operator with its dollar sign
     * @param value a string, a number or a boolean, or a list of these
     */
    record Compare(String field, String operator, Object value) implements Filter {
        public Compare {
            Operand.checkField(field);
            if (value instanceof Collection<?> values) {
                values.forEach(each -> Operand.check(field, each));
                value = List.copyOf(values);
            } else {
                Operand.check(field, value);
            }
        }

        @Override
        public Map<String, Object> toMap() {
            return Map.of(field, Map.of(operator, value));
        }
    }

    /**
     * Several filters as one.
     *
     * @param operator {@code $and} or {@code $or}
     * @param filters at least one
     */
    record Combined(String operator, List<Filter> filters) implements Filter {
        public Combined {
            filters = List.copyOf(filters);
            if (filters.isEmpty()) {
                throw new IllegalArgumentException(
                        operator + ": found no filters, expected at least one");
            }
        }

        @Override
        public Map<String, Object> toMap() {
            return Map.of(operator, filters.stream().map(Filter::toMap).toList());
        }
    }

    /** What a filter does not match, points without the field among it. */
    record Not(Filter filter) implements Filter {
        @Override
        public Map<String, Object> toMap() {
            return Map.of("$not", filter.toMap());
        }
    }
}
