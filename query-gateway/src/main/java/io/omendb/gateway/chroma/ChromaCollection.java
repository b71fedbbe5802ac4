package io.omendb.gateway.chroma;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.omendb.schema.CollectionDefinition;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A collection as Chroma's clients see it.
 *
 * @param definition in OmenDB; null while nothing was added and its dimension is not known
 */
record ChromaCollection(CollectionEntry entry, @Nullable CollectionDefinition definition) {

    /** One that was made through OmenDB's own API. */
    static ChromaCollection ofOmen(CollectionName name, CollectionDefinition definition) {
        Space space = Space.of(definition.schema().metric());
        return new ChromaCollection(
                new CollectionEntry(
                        idOf(definition),
                        name,
                        null,
                        JsonNodeFactory.instance.objectNode(),
                        null,
                        space,
                        definition.generation()),
                definition);
    }

    /** An id that is always the same, and another after it was dropped and made again. */
    private static UUID idOf(CollectionDefinition definition) {
        return UUID.nameUUIDFromBytes(
                (definition.name() + "\0" + definition.generation())
                        .getBytes(StandardCharsets.UTF_8));
    }

    /** What decides is what the vectors are compared by. */
    Space space() {
        return definition == null ? entry.space() : Space.of(definition.schema().metric());
    }

    ObjectNode json() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("id", entry.id().toString());
        json.put("name", entry.name().name());
        json.set("configuration_json", configuration());
        json.set("metadata", entry.metadata());
        if (definition == null) {
            json.putNull("dimension");
        } else {
            json.put("dimension", definition.schema().dimension());
        }
        json.put("tenant", entry.name().database().tenant());
        json.put("database", entry.name().database().database());
        json.put("log_position", 0);
        json.put("version", 0);
        json.set("schema", entry.schema());
        return json;
    }

    private ObjectNode configuration() {
        ObjectNode json = entry.configuration().deepCopy();
        ObjectNode hnsw =
                json.get("hnsw") instanceof ObjectNode given ? given : json.putObject("hnsw");
        hnsw.put("space", space().chromaName());
        json.putNull("spann");
        if (!json.has("embedding_function")) {
            json.putNull("embedding_function");
        }
        return json;
    }
}
