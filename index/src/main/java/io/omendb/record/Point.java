package io.omendb.record;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A point as a user sends it, before it belongs to a shard. Arrays are not copied: whoever makes a
 * point gives them away. Equal when all parts are, vectors bit by bit.
 *
 * @param id the user's key, unique in the collection
 * @param vector the dense vector; {@link #NO_VECTOR} while it has yet to be made of the text
 * @param metadata an object of any depth; declared fields of the schema can be filtered on
 * @param text the text that full-text search sees
 * @param sparseIndices ascending term numbers; null together with {@code sparseValues}
 * @param sparseValues a weight for each index
 */
public record Point(
        String id,
        float[] vector,
        @Nullable ObjectNode metadata,
        @Nullable String text,
        int @Nullable [] sparseIndices,
        float @Nullable [] sparseValues) {

    /** Stands for a vector that was not sent. No shard takes such a point. */
    public static final float[] NO_VECTOR = new float[0];

    /** A point that is only a vector. */
    public static Point of(String id, float... vector) {
        return new Point(id, vector, null, null, null, null);
    }

    /** Whether it has its vector. */
    public boolean hasVector() {
        return vector.length > 0;
    }

    /** The same point with this vector. */
    public Point withVector(float[] value) {
        return new Point(id, value, metadata, text, sparseIndices, sparseValues);
    }

    /** The same point with metadata. */
    public Point withMetadata(ObjectNode value) {
        return new Point(id, vector, value, text, sparseIndices, sparseValues);
    }

    /** The sparse vector, or null. */
    public @Nullable SparseVector sparse() {
        return sparseIndices == null || sparseValues == null
                ? null
                : new SparseVector(sparseIndices, sparseValues);
    }

    /** The metadata as one compact JSON object in UTF-8; null where there is none. */
    public byte @Nullable [] metadataJson() {
        // toString of a Jackson node is its compact JSON.
        return metadata == null ? null : metadata.toString().getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Point that
                && id.equals(that.id)
                && Arrays.equals(vector, that.vector)
                && Objects.equals(metadata, that.metadata)
                && Objects.equals(text, that.text)
                && Arrays.equals(sparseIndices, that.sparseIndices)
                && Arrays.equals(sparseValues, that.sparseValues);
    }

    @Override
    public int hashCode() {
        return 31 * id.hashCode() + Arrays.hashCode(vector);
    }

    @Override
    public String toString() {
        return "Point[" + id + ", " + vector.length + " components, metadata " + metadata + "]";
    }
}
