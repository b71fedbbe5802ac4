package io.omendb.gateway.chroma;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.omendb.OmenException;
import io.omendb.gateway.http.AnswerBytes;
import io.omendb.gateway.shards.Packed;
import io.omendb.record.Point;
import io.omendb.record.PointPatch;
import io.omendb.record.StrictJson;
import io.omendb.schema.CollectionSchema;
import java.util.Iterator;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A record as Chroma has it. In OmenDB it is a point: the document is its text, and what a point
 * has no place for is metadata under names that Chroma reserves for itself.
 *
 * @param vector null where it was not asked for
 * @param metadata null where there is none
 * @param distance in Chroma's measure; 0 where there is none
 */
record Row(
        String id,
        float @Nullable [] vector,
        @Nullable ObjectNode metadata,
        @Nullable String document,
        @Nullable String uri,
        double distance) {
    /** Names that start like this are not the users'. */
    static final String RESERVED = "chroma:";

    /** About what a number takes, or the quotes and the comma around a text. */
    private static final int SCALAR = 8;

    private static final String URI = "chroma:uri";

    /** Holds the document where that is empty, which a point's text cannot be. */
    private static final String DOCUMENT = "chroma:document";

    /** Reads what a shard answered. */
    static Row of(io.omendb.protocol.v1.Point point, double distance) {
        ObjectNode metadata =
                point.getMetadataJson().isEmpty()
                        ? JsonNodeFactory.instance.objectNode()
                        : StrictJson.object(point.getMetadataJson().toByteArray(), "metadata");
        String uri = metadata.path(URI).textValue();
        String document =
                point.getText().isEmpty() ? metadata.path(DOCUMENT).textValue() : point.getText();
        metadata.remove(URI);
        metadata.remove(DOCUMENT);
        return new Row(
                point.getId(),
                point.getVector().isEmpty() ? null : Packed.vector(point.getVector()),
                metadata.isEmpty() ? null : metadata,
                document,
                uri,
                distance);
    }

    Row withDistance(double value) {
        return new Row(id, vector, metadata, document, uri, value);
    }

    Row withoutVector() {
        return new Row(id, null, metadata, document, uri, distance);
    }

    /** What is answered of it: the rest is not to be held. */
    Row only(Set<Include> include) {
        return new Row(
                id,
                include.contains(Include.EMBEDDINGS) ? vector : null,
                include.contains(Include.METADATAS) ? metadata : null,
                include.contains(Include.DOCUMENTS) ? document : null,
                include.contains(Include.URIS) ? uri : null,
                distance);
    }

    /**
     * Counts it as part of an answer.
     *
     * @throws OmenException TOO_LARGE where it does not fit
     */
    void count(AnswerBytes bytes) {
        bytes.add(
                (long) id.length() + length(document) + length(uri) + length(metadata),
                vector == null ? 0 : vector.length);
    }

    private static int length(@Nullable String text) {
        return text == null ? 0 : text.length();
    }

    private static int length(@Nullable JsonNode json) {
        if (json == null) {
            return 0;
        }
        if (!json.isContainerNode()) {
            return json.isTextual() ? json.textValue().length() : SCALAR;
        }
        int length = 0;
        for (JsonNode each : json) {
            length += SCALAR + length(each);
        }
        Iterator<String> names = json.fieldNames();
        while (names.hasNext()) {
            length += names.next().length();
        }
        return length;
    }

    /** Metadata that is null is not there. */
    Row withoutNulls() {
        return new Row(id, vector, merged(null, metadata), document, uri, distance);
    }

    /**
     * This record with what another names of it, as Chroma updates: metadata field by field, where
     * null takes one away.
     */
    Row updated(Row change) {
        return new Row(
                id,
                change.vector == null ? vector : change.vector,
                merged(metadata, change.metadata),
                change.document == null ? document : change.document,
                change.uri == null ? uri : change.uri,
                0);
    }

    /**
     * Whether an update to this can be a patch. Objects in metadata replace one another here, where
     * a patch merges them; and a text without its vector is no patch where vectors are made of
     * texts.
     */
    boolean isPatch(CollectionSchema schema) {
        boolean nested = false;
        if (metadata != null) {
            for (JsonNode value : metadata) {
                nested |= value.isObject();
            }
        }
        return !nested && (schema.embedder() == null || document == null || vector != null);
    }

    /** The change of the point that an update to this is; it may be empty. */
    PointPatch patch() {
        ObjectNode fields =
                metadata == null ? JsonNodeFactory.instance.objectNode() : metadata.deepCopy();
        if (uri != null) {
            fields.put(URI, uri);
        }
        boolean emptyDocument = document != null && document.isEmpty();
        if (emptyDocument) {
            fields.put(DOCUMENT, "");
        } else if (document != null) {
            fields.putNull(DOCUMENT);
        }
        return new PointPatch(
                id,
                vector == null ? Point.NO_VECTOR : vector,
                fields.isEmpty() ? null : fields,
                emptyDocument ? null : document,
                null,
                emptyDocument ? Set.of(PointPatch.Part.TEXT) : Set.of());
    }

    private static @Nullable ObjectNode merged(
            @Nullable ObjectNode stored, @Nullable ObjectNode change) {
        if (change == null) {
            return stored;
        }
        ObjectNode merged = stored == null ? change.objectNode() : stored.deepCopy();
        change.properties()
                .forEach(
                        field -> {
                            if (field.getValue().isNull()) {
                                merged.remove(field.getKey());
                            } else {
                                merged.set(field.getKey(), field.getValue());
                            }
                        });
        return merged.isEmpty() ? null : merged;
    }

    /** The point to write. */
    Point point() {
        if (vector == null) {
            throw ChromaException.invalid(
                    "embeddings: found none for id "
                            + id
                            + ", expected one: they are not computed"
                            + " by the server");
        }
        ObjectNode stored =
                metadata == null ? JsonNodeFactory.instance.objectNode() : metadata.deepCopy();
        if (uri != null) {
            stored.put(URI, uri);
        }
        boolean emptyDocument = document != null && document.isEmpty();
        if (emptyDocument) {
            stored.put(DOCUMENT, "");
        }
        return new Point(
                id,
                vector,
                stored.isEmpty() ? null : stored,
                emptyDocument ? null : document,
                null,
                null);
    }
}
