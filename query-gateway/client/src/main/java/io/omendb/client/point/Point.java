package io.omendb.client.point;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A point to write. It replaces the whole point of the same id.
 *
 * @param id 1 to 512 bytes of UTF-8
 * @param vector as many components as the collection has dimensions; not copied. Null where the
 *     server makes one of the text, in a collection with an embedder
 * @param metadata values as JSON has them: strings, numbers, booleans, lists, maps, nulls
 * @param text what hybrid search reads, and an embedder
 */
public record Point(
        String id,
        float @Nullable [] vector,
        @JsonInclude(JsonInclude.Include.NON_EMPTY) Map<String, Object> metadata,
        @Nullable String text,
        @Nullable SparseVector sparse) {

    /**
     * @throws IllegalArgumentException if a component is NaN or infinite, which JSON cannot say
     */
    public Point {
        if (vector != null) {
            Components.check("vector", vector);
        }
        metadata = Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
    }

    public static Point of(String id, float... vector) {
        return new Point(id, vector, Map.of(), null, null);
    }

    /** Whose vector the server makes of the text: the collection has an embedder. */
    public static Point ofText(String id, String text) {
        return new Point(id, null, Map.of(), text, null);
    }

    /** With this metadata instead. */
    public Point withMetadata(Map<String, ?> fields) {
        return new Point(id, vector, new LinkedHashMap<>(fields), text, sparse);
    }

    /** With this metadata field besides. */
    public Point withField(String name, @Nullable Object value) {
        Map<String, Object> fields = new LinkedHashMap<>(metadata);
        @SuppressWarnings("NullAway") // a JSON null is a value
        var unused = fields.put(name, value);
        return withMetadata(fields);
    }

    public Point withText(String chosen) {
        return new Point(id, vector, metadata, chosen, sparse);
    }

    public Point withSparse(SparseVector chosen) {
        return new Point(id, vector, metadata, text, chosen);
    }
}
