package io.omendb.protocol.catalogue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.schema.CollectionDefinition;
import io.omendb.schema.SchemaJson;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * One record of the topic {@value #TOPIC}: what a collection is from here on.
 *
 * <p>The topic has one partition and is compacted. The key is the collection's name in UTF-8. The
 * value is JSON in UTF-8 and has one of two forms:
 *
 * <pre>
 * {"name": "c", "dimension": 3, …, "topic": "omen.c", "generation": 1760000000000,
 *  "first_offsets": {"0": 17}}                    created; see {@link SchemaJson}
 * {"dropped": true, "generation": 1760000000000}  dropped
 * </pre>
 *
 * A drop is not a null value: compaction would remove that some day, and with it the generation
 * that the next creation has to pass. A null value, which only an operator's repair writes, is read
 * as a drop.
 *
 * @param generation of the collection created or dropped
 * @param definition null where it was dropped
 */
record CatalogueRecord(String name, long generation, @Nullable CollectionDefinition definition) {
    static final String TOPIC = "omen_catalogue";

    private static final ObjectMapper MAPPER = new ObjectMapper();

    static CatalogueRecord created(CollectionDefinition definition) {
        return new CatalogueRecord(definition.name(), definition.generation(), definition);
    }

    static CatalogueRecord dropped(CollectionDefinition definition) {
        return new CatalogueRecord(definition.name(), definition.generation(), null);
    }

    /**
     * Reads a record.
     *
     * @throws OmenException MALFORMED if it is none
     */
    static CatalogueRecord read(byte[] key, byte @Nullable [] value) {
        String name = new String(key, StandardCharsets.UTF_8);
        if (value == null) {
            return new CatalogueRecord(name, 0, null);
        }
        JsonNode json;
        try {
            json = MAPPER.readTree(value);
        } catch (IOException e) {
            throw new OmenException(
                    ErrorCode.MALFORMED, "value: found broken JSON, expected JSON", e);
        }
        if (json.path("dropped").asBoolean(false)) {
            return new CatalogueRecord(name, json.path("generation").asLong(), null);
        }
        return created(SchemaJson.readDefinition(value));
    }

    byte[] key() {
        return name.getBytes(StandardCharsets.UTF_8);
    }

    byte[] value() {
        return definition == null
                ? ("{\"dropped\":true,\"generation\":" + generation + "}")
                        .getBytes(StandardCharsets.UTF_8)
                : SchemaJson.writeDefinition(definition);
    }
}
