package io.omendb.gateway.chroma;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.omendb.record.StrictJson;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The body that makes a collection.
 *
 * @param getOrCreate whether one that exists will do
 */
record CreateCollection(
        CollectionName name,
        boolean getOrCreate,
        @Nullable ObjectNode metadata,
        ObjectNode configuration,
        @Nullable ObjectNode schema) {
    /** Where a space may be said, the most telling first. */
    private static final List<String> SPACES =
            List.of(
                    "/configuration/hnsw/space",
                    "/configuration/spann/space",
                    "/schema/keys/#embedding/float_list/vector_index/config/space",
                    "/schema/defaults/float_list/vector_index/config/space",
                    "/metadata/hnsw:space");

    static CreateCollection read(DatabaseName database, byte[] body) {
        ObjectNode json = StrictJson.object(body, "body");
        String name = json.path("name").textValue();
        if (name == null) {
            throw ChromaException.invalid("name: expected a string");
        }
        ObjectNode configuration = object(json, "configuration");
        return new CreateCollection(
                new CollectionName(database, name),
                json.path("get_or_create").asBoolean(false),
                object(json, "metadata"),
                Objects.requireNonNullElse(configuration, JsonNodeFactory.instance.objectNode()),
                object(json, "schema"));
    }

    /** A member that is an object; null where it is absent. */
    static @Nullable ObjectNode object(ObjectNode json, String field) {
        JsonNode found = json.path(field);
        if (found.isMissingNode() || found.isNull()) {
            return null;
        }
        if (found instanceof ObjectNode object) {
            return object;
        }
        throw ChromaException.invalid(field + ": expected an object, found " + found);
    }

    CollectionEntry entry(UUID id) {
        return new CollectionEntry(id, name, metadata, configuration, schema, space(), 0);
    }

    private Space space() {
        ObjectNode all = JsonNodeFactory.instance.objectNode();
        all.set("configuration", configuration);
        all.set("schema", schema);
        all.set("metadata", metadata);
        for (String place : SPACES) {
            String said = all.at(place).textValue();
            Space space = said == null ? null : Space.ofName(said);
            if (space != null) {
                return space;
            }
            if (said != null) {
                throw ChromaException.invalid(
                        place + ": found \"" + said + "\", expected l2, cosine or ip");
            }
        }
        return Space.L2;
    }
}
