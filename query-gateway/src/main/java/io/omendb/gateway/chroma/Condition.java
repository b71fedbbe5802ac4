package io.omendb.gateway.chroma;

import com.fasterxml.jackson.databind.JsonNode;
import io.omendb.gateway.shards.Deadline;
import io.omendb.schema.CollectionSchema;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What Chroma's {@code where} and {@code where_document} say of a record. Evaluated here, since the
 * shards filter declared fields only and find words where Chroma finds substrings; what they can
 * check, they check first.
 */
sealed interface Condition {
    Condition ALWAYS = new All(List.of());

    /**
     * Whether it holds of a record. What looks at documents may take long for one record alone, and
     * ends where the deadline has passed or nobody waits any more.
     */
    boolean matches(Row row, Deadline deadline);

    /** What of it the shards can check. */
    default Pushdown pushdown(CollectionSchema schema) {
        return Pushdown.NONE;
    }

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
        public boolean matches(Row row, Deadline deadline) {
            return parts.stream().allMatch(part -> part.matches(row, deadline));
        }

        @Override
        public Pushdown pushdown(CollectionSchema schema) {
            return Pushdown.all(parts.stream().map(part -> part.pushdown(schema)).toList());
        }
    }

    /** {@code $or}. */
    record Any(List<Condition> parts) implements Condition {
        @Override
        public boolean matches(Row row, Deadline deadline) {
            return parts.stream().anyMatch(part -> part.matches(row, deadline));
        }

        @Override
        public Pushdown pushdown(CollectionSchema schema) {
            return Pushdown.any(parts.stream().map(part -> part.pushdown(schema)).toList());
        }
    }

    /** The complement: what lacks the field is in it, as in Chroma. */
    record Not(Condition part) implements Condition {
        @Override
        public boolean matches(Row row, Deadline deadline) {
            return !part.matches(row, deadline);
        }

        @Override
        public Pushdown pushdown(CollectionSchema schema) {
            return part.pushdown(schema).not();
        }
    }

    /** {@code $eq} and {@code $in}. */
    record OneOf(String field, List<JsonNode> values) implements Condition {
        @Override
        public boolean matches(Row row, Deadline deadline) {
            JsonNode found = value(row, field);
            return found != null && values.stream().anyMatch(value -> same(found, value));
        }

        @Override
        public Pushdown pushdown(CollectionSchema schema) {
            return Pushdown.oneOf(field, values, schema);
        }
    }

    /** {@code $gt}, {@code $gte}, {@code $lt}, {@code $lte}. */
    record Ordered(String field, boolean greater, boolean orEqual, JsonNode bound)
            implements Condition {
        @Override
        public boolean matches(Row row, Deadline deadline) {
            JsonNode found = value(row, field);
            if (found == null || !found.isNumber()) {
                return false;
            }
            int order = compare(found, bound);
            return order == 0 ? orEqual : (order > 0) == greater;
        }

        @Override
        public Pushdown pushdown(CollectionSchema schema) {
            return Pushdown.ordered(field, greater, orEqual, bound, schema);
        }
    }

    /** {@code $contains}: the field is a list and has the element. */
    record Holds(String field, JsonNode element) implements Condition {
        @Override
        public boolean matches(Row row, Deadline deadline) {
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

        @Override
        public Pushdown pushdown(CollectionSchema schema) {
            return Pushdown.holds(field, element, schema);
        }
    }

    /** {@code $contains} of a document: a substring, upper and lower case apart. */
    record Text(String part) implements Condition {
        @Override
        public boolean matches(Row row, Deadline deadline) {
            deadline.check();
            return row.document() != null && row.document().contains(part);
        }
    }

    /** {@code $regex}: anywhere in the document. */
    record Regex(BoundedPattern pattern) implements Condition {
        @Override
        public boolean matches(Row row, Deadline deadline) {
            return row.document() != null && pattern.isIn(row.document(), deadline);
        }
    }

    private static @Nullable JsonNode value(Row row, String field) {
        return row.metadata() == null ? null : row.metadata().get(field);
    }

    private static boolean same(JsonNode a, JsonNode b) {
        return a.isNumber() && b.isNumber() ? compare(a, b) == 0 : a.equals(b);
    }

    /**
     * Whole numbers by all their digits, which a double does not have. Adding zero makes a negative
     * one the same as the other.
     */
    private static int compare(JsonNode a, JsonNode b) {
        return a.isIntegralNumber() && b.isIntegralNumber()
                ? a.bigIntegerValue().compareTo(b.bigIntegerValue())
                : Double.compare(a.doubleValue() + 0.0, b.doubleValue() + 0.0);
    }
}
