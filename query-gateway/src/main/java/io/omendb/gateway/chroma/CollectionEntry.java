package io.omendb.gateway.chroma;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What Chroma says of a collection and OmenDB's catalogue has no place for. As a record of the
 * topic {@value RegistryLog#TOPIC}:
 *
 * <pre>
 * collection:{id} → {"tenant": …, "database": …, "name": …, "metadata": {…}, "configuration": {…},
 *                    "schema": {…}, "space": "l2", "generation": 0}
 * </pre>
 *
 * @param configuration as the client gave it, with the space
 * @param generation of the collection in the catalogue; 0 while there is none, as nobody has said
 *     how many dimensions it has
 */
record CollectionEntry(
        UUID id,
        CollectionName name,
        @Nullable ObjectNode metadata,
        ObjectNode configuration,
        @Nullable ObjectNode schema,
        Space space,
        long generation) {
    static final String KEY = "collection:";

    String key() {
        return KEY + id;
    }

    ObjectNode json() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("tenant", name.database().tenant());
        json.put("database", name.database().database());
        json.put("name", name.name());
        json.set("metadata", metadata);
        json.set("configuration", configuration);
        json.set("schema", schema);
        json.put("space", space.chromaName());
        json.put("generation", generation);
        return json;
    }

    static CollectionEntry of(String key, ObjectNode json) {
        Space space = Space.ofName(json.path("space").asText());
        return new CollectionEntry(
                UUID.fromString(key.substring(KEY.length())),
                new CollectionName(
                        new DatabaseName(
                                json.path("tenant").asText(), json.path("database").asText()),
                        json.path("name").asText()),
                object(json.get("metadata")),
                json.path("configuration") instanceof ObjectNode configuration
                        ? configuration
                        : json.objectNode(),
                object(json.get("schema")),
                space == null ? Space.L2 : space,
                json.path("generation").asLong());
    }

    private static @Nullable ObjectNode object(@Nullable JsonNode node) {
        return node instanceof ObjectNode object ? object : null;
    }

    CollectionEntry withGeneration(long value) {
        return new CollectionEntry(id, name, metadata, configuration, schema, space, value);
    }

    CollectionEntry withName(CollectionName value) {
        return new CollectionEntry(id, value, metadata, configuration, schema, space, generation);
    }

    CollectionEntry withMetadata(@Nullable ObjectNode value) {
        return new CollectionEntry(id, name, value, configuration, schema, space, generation);
    }

    CollectionEntry withConfiguration(ObjectNode value) {
        return new CollectionEntry(id, name, metadata, value, schema, space, generation);
    }
}
