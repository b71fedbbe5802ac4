package io.omendb.record;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A change of a point that is there: what it names is replaced or removed, the rest of the point
 * stays. It does nothing to a point that is not there. Arrays are not copied: whoever makes a patch
 * gives them away. Equal when all parts are, vectors bit by bit.
 *
 * @param id the user's key
 * @param vector the new dense vector; {@link Point#NO_VECTOR} where it stays
 * @param metadata merged into the point's as a JSON merge patch (RFC 7396): objects member by
 *     member, null removes one, anything else replaces; null where the metadata stays
 * @param text the new text; null where it stays
 * @param sparse the new sparse vector, as a whole; null where it stays
 * @param removed parts that the point has no more; none of these has a value here
 */
public record PointPatch(
        String id,
        float[] vector,
        @Nullable ObjectNode metadata,
        @Nullable String text,
        @Nullable SparseVector sparse,
        Set<Part> removed) {

    /** What a point may be without. */
    public enum Part {
        METADATA,
        TEXT,
        SPARSE
    }

    public PointPatch {
        removed =
                removed.isEmpty() ? Set.of() : Collections.unmodifiableSet(EnumSet.copyOf(removed));
        if (removed.contains(Part.METADATA) && metadata != null
                || removed.contains(Part.TEXT) && text != null
                || removed.contains(Part.SPARSE) && sparse != null) {
            throw new IllegalArgumentException("a part is both given and removed: " + removed);
        }
    }

    /** A change of metadata alone. */
    public static PointPatch ofMetadata(String id, ObjectNode metadata) {
        return new PointPatch(id, Point.NO_VECTOR, metadata, null, null, Set.of());
    }

    /** Whether it has a vector. */
    public boolean hasVector() {
        return vector.length > 0;
    }

    /** Whether it names nothing. */
    public boolean isEmpty() {
        return !hasVector()
                && metadata == null
                && text == null
                && sparse == null
                && removed.isEmpty();
    }

    /** The same patch with this vector. */
    public PointPatch withVector(float[] value) {
        return new PointPatch(id, value, metadata, text, sparse, removed);
    }

    /** Whether a part of the point stays as it is. */
    public boolean keeps(Part part) {
        return !removed.contains(part)
                && switch (part) {
                    case METADATA -> metadata == null;
                    case TEXT -> text == null;
                    case SPARSE -> sparse == null;
                };
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof PointPatch that
                && id.equals(that.id)
                && Arrays.equals(vector, that.vector)
                && Objects.equals(metadata, that.metadata)
                && Objects.equals(text, that.text)
                && Objects.equals(sparse, that.sparse)
                && removed.equals(that.removed);
    }

    @Override
    public int hashCode() {
        return 31 * id.hashCode() + Arrays.hashCode(vector);
    }

    @Override
    public String toString() {
        return "PointPatch[" + id + ", metadata " + metadata + ", removed " + removed + "]";
    }
}
