package io.omendb.gateway.chroma;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What Chroma's {@code where} and {@code where_document} say of a record. Evaluated here and not by
 * the shards: they filter declared fields only and find words where Chroma finds substrings.
 */
sealed interface Condition {
    Condition ALWAYS = new All(List.of());

    boolean matches(Row row);

    /** Both; the cheaper one for nothing. */
    default Condition and(Condition other) {
        if (equals(ALWAYS)) {
            return other;
        }
        return other.equals(ALWAYS) ? this : new All(List.of(this, other));
    }

    /** {@code $and}; without parts it is always true. */
    record All(List<Condition> parts) implements Condition {
        @Override
        public boolean matches(Row row) {
            return parts.stream().allMatch(part -> part.matches(row));
        }
    }

    /** {@code $or}. */
    record Any(List<Condition> parts) implements Condition {
        @Override
        public boolean matches(Row row) {
            return parts.stream().anyMatch(part -> part.matches(row));
        }
    }

    /** The complement: what lacks the field is in it, as in Chroma. */
    record Not(Condition part) implements Condition {
        @Override
        public boolean matches(Row row) {
            return !part.matches(row);
        }
    }

    /** {@code $eq} and {@code $in}. */
    record OneOf(String field, List<JsonNode> values) implements Condition {
        @Override
        public boolean matches(Row row) {
            JsonNode found = value(row, field);
            return found != null && values.stream().anyMatch(value -> same(found, value));
        }
    }

    /** {@code $gt}, {@code $gte}, {@code $lt}, {@code $lte}. */
    record Ordered(String field, boolean greater, boolean orEqual, JsonNode bound)
            implements Condition {
        @Override
        public boolean matches(Row row) {
            JsonNode found = value(row, field);
            if (found == null || !found.isNumber()) {
                return false;
            }
            int order = compare(found, bound);
            return order == 0 ? orEqual : (order > 0) == greater;
        }
    }

    /** {@code $contains}: the field is a list and has the element. */
    record Holds(String field, JsonNode element) implements Condition {
        @Override
        public boolean matches(Row row) {
            JsonNode found = value(row, field);
            if (found == null || !found.isArray()) {
                return false;
            }
            for (JsonNode each : found) {
                if (same(each, element)) {
                    return true;
                }
            }
            return false;
        }
    }

    /** {@code $contains} of a document: a substring, upper and lower case apart. */
    record Text(String part) implements Condition {
        @Override
        public boolean matches(Row row) {
            return row.document() != null && row.document().contains(part);
        }
    }

    /** {@code $regex}: anywhere in the document. */
    record Regex(BoundedPattern pattern) implements Condition {
        @Override
        public boolean matches(Row row) {
            return row.document() != null && pattern.isIn(row.document());
        }
    }

    private static @Nullable JsonNode value(Row row, String field) {
        return row.metadata() == null ? null : row.metadata().get(field);
    }

    private static boolean same(JsonNode a, JsonNode b) {
        return a.isNumber() && b.isNumber() ? compare(a, b) == 0 : a.equals(b);
    }

    /** Whole numbers by all their digits, which a double does not have. */
    private static int compare(JsonNode a, JsonNode b) {
        return a.isIntegralNumber() && b.isIntegralNumber()
                ? a.bigIntegerValue().compareTo(b.bigIntegerValue())
                : Double.compare(a.doubleValue(), b.doubleValue());
    }
}
