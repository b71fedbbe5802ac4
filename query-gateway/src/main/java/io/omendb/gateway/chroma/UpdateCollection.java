package io.omendb.gateway.chroma;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.omendb.record.StrictJson;
import org.jspecify.annotations.Nullable;

/**
 * The body that changes a collection; null for what stays.
 *
 * @param metadata in place of what there was
 */
record UpdateCollection(
        @Nullable String name, @Nullable ObjectNode metadata, @Nullable ObjectNode configuration) {

    static UpdateCollection read(byte[] body) {
        ObjectNode json = StrictJson.object(body, "body");
        return new UpdateCollection(
                json.path("new_name").textValue(),
                CreateCollection.object(json, "new_metadata"),
                CreateCollection.object(json, "new_configuration"));
    }

    /** Rows are compared by one function from the first to the last. */
    void checkSpace(Space space) {
        String said = metadata == null ? null : metadata.path("hnsw:space").textValue();
        if (said != null && !said.equals(space.chromaName())) {
            throw ChromaException.invalid(
                    "Changing the distance function of a collection once it is created is not"
                            + " supported.");
        }
    }

    /** A configuration with the changes. */
    ObjectNode configured(ObjectNode before) {
        ObjectNode after = before.deepCopy();
        if (configuration == null) {
            return after;
        }
        configuration
                .properties()
                .forEach(
                        each -> {
                            if (each.getValue() instanceof ObjectNode part
                                    && after.get(each.getKey()) instanceof ObjectNode kept
                                    && !each.getKey().equals("embedding_function")) {
                                kept.setAll(part);
                            } else if (!each.getValue().isNull()) {
                                after.set(each.getKey(), each.getValue());
                            }
                        });
        return after;
    }
}
