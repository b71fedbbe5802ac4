package io.omendb.client.point;

import com.fasterxml.jackson.annotation.JsonAnyGetter;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A change of a point that is there: what it names is replaced or removed, the rest stays. It does
 * nothing to a point that is not there. Immutable.
 *
 * <pre>{@code
 * PointPatch.of("a").withField("price", 9.5).withoutField("offer").withText("a red shoe")
 * }</pre>
 */
public final class PointPatch {
    private final String id;

    /** As they are sent: a JSON merge patch (RFC 7396), in which null removes. */
    private final Map<String, Object> changes;

    private PointPatch(String id, Map<String, Object> changes) {
        this.id = id;
        this.changes = Collections.unmodifiableMap(changes);
    }

    /**
     * One that names nothing yet; a server refuses it as it is.
     *
     * @param id 1 to 512 bytes of UTF-8
     */
    public static PointPatch of(String id) {
        return new PointPatch(id, Map.of());
    }

    @JsonProperty
    public String id() {
        return id;
    }

    /** What changes, by the names of the point's parts; a null removes. */
    @JsonAnyGetter
    @JsonInclude(content = JsonInclude.Include.ALWAYS)
    public Map<String, Object> changes() {
        return changes;
    }

    /**
     * With another vector.
     *
     * @param vector as many components as the collection has dimensions; not copied
     * @throws IllegalArgumentException if a component is NaN or infinite, which JSON cannot say
     */
    public PointPatch withVector(float... vector) {
        Components.check("vector", vector);
        return with("vector", vector);
    }

    /**
     * With another value of a metadata field.
     *
     * @param value as JSON has it: a string, number, boolean, list or map. A map is merged into the
     *     one that is there, member by member, and a null in it removes a member
     */
    public PointPatch withField(String name, Object value) {
        return withFieldOrNull(name, value);
    }

    /** Without a metadata field. */
    public PointPatch withoutField(String name) {
        return withFieldOrNull(name, null);
    }

    /** Without any metadata, instead of changes of fields. */
    public PointPatch withoutMetadata() {
        return with("metadata", null);
    }

    /** With another text, of which a server makes the vector in a collection with an embedder. */
    public PointPatch withText(String text) {
        return with("text", text);
    }

    public PointPatch withoutText() {
        return with("text", null);
    }

    /** With another sparse vector, as a whole. */
    public PointPatch withSparse(SparseVector sparse) {
        return with("sparse", sparse);
    }

    public PointPatch withoutSparse() {
        return with("sparse", null);
    }

    private PointPatch withFieldOrNull(String name, @Nullable Object value) {
        Map<String, Object> fields = new LinkedHashMap<>();
        if (changes.get("metadata") instanceof Map<?, ?> known) {
            known.forEach((key, before) -> put(fields, (String) key, before));
        }
        put(fields, name, value);
        return with("metadata", fields);
    }

    private PointPatch with(String part, @Nullable Object value) {
        Map<String, Object> all = new LinkedHashMap<>(changes);
        put(all, part, value);
        return new PointPatch(id, all);
    }

    @SuppressWarnings("NullAway") // a JSON null is a value
    private static void put(Map<String, Object> into, String name, @Nullable Object value) {
        into.put(name, value);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof PointPatch that
                && id.equals(that.id)
                && changes.equals(that.changes);
    }

    @Override
    public int hashCode() {
        return 31 * id.hashCode() + changes.hashCode();
    }

    @Override
    public String toString() {
        return "PointPatch[" + id + ", " + changes.keySet() + "]";
    }
}
