package io.omendb.schema;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.omendb.ErrorCode;
import io.omendb.OmenException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The JSON forms of a collection. What a user sends:
 *
 * <pre>
 * {"dimension": 128, "metric": "l2", "fields": {"price": "double", "body": {"type": "text", "language":
 *  "english"}}, "text": {"language": "standard"}, "sparse": false,
 *  "index": {"kind": "auto"}, "partitions": 2, "ttl_seconds": null, "embedder": null}
 * </pre>
 *
 * where only dimension and metric are required. What is answered has {@code name}, {@code topic}
 * and {@code created_at} (ISO 8601) besides. What the catalogue stores is the answered form with
 * {@code generation} (a number) and {@code first_offsets} (partition to offset) instead of {@code
 * created_at}.
 */
public final class SchemaJson {
    /** The kinds of index a collection may ask for. */
    public static final Set<String> INDEX_KINDS = Set.of("auto", "flat", "ivf");

    private static final Set<String> KEYS =
            Set.of(
                    "dimension",
                    "embedder",
                    "metric",
                    "fields",
                    "text",
                    "sparse",
                    "index",
                    "partitions",
                    "ttl_seconds");

    private static final Set<String> STORED_KEYS =
            Set.of("name", "topic", "generation", "first_offsets");

    private static final int PARTITIONS_DEFAULT = 2;
    private static final Pattern PARTITION = Pattern.compile("[0-9]{1,9}");
    private static final ObjectMapper MAPPER =
            new ObjectMapper()
                    .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY);

    private SchemaJson() {}

    /**
     * Reads what a user sends.
     *
     * @throws OmenException MALFORMED where a key is unknown, missing or of the wrong type; INVALID
     *     where its value breaks a rule
     */
    public static CollectionSchema read(String name, byte[] body) {
        ObjectNode object = parse(body);
        for (Map.Entry<String, JsonNode> member : object.properties()) {
            if (!KEYS.contains(member.getKey())) {
                throw OmenException.malformed(
                        member.getKey()
                                + ": found an unknown field, expected one of "
                                + String.join(", ", KEYS.stream().sorted().toList()));
            }
        }
        return schema(name, object);
    }

    /**
     * Reads a schema out of what is answered about a collection; what else it says is passed over,
     * and so is its index, of which it says more than what was asked for.
     *
     * @throws OmenException as {@link #read}
     */
    public static CollectionSchema readAnswered(String name, ObjectNode answered) {
        ObjectNode asked = answered.deepCopy().retain(KEYS);
        asked.remove("index");
        return schema(name, asked);
    }

    /** The schema as it is answered. */
    public static ObjectNode write(CollectionDefinition definition) {
        ObjectNode object = describe(definition.schema());
        object.put("topic", definition.topic());
        object.put("created_at", Instant.ofEpochMilli(definition.generation()).toString());
        return object;
    }

    /** Reads what {@link #writeDefinition} wrote. */
    public static CollectionDefinition readDefinition(byte[] stored) {
        ObjectNode object = parse(stored);
        for (Map.Entry<String, JsonNode> member : object.properties()) {
            if (!KEYS.contains(member.getKey()) && !STORED_KEYS.contains(member.getKey())) {
                throw OmenException.malformed(
                        member.getKey()
                                + ": found an unknown field, expected a definition written by this"
                                + " version");
            }
        }
        return new CollectionDefinition(
                schema(text(object, "name"), object),
                text(object, "topic"),
                wholeNumber("generation", object.path("generation")),
                firstOffsets(object));
    }

    private static Map<Integer, Long> firstOffsets(ObjectNode object) {
        JsonNode offsets = object.path("first_offsets");
        if (!offsets.isObject()) {
            throw unexpected("first_offsets", offsets, "an object");
        }
        Map<Integer, Long> firstOffsets = new TreeMap<>();
        for (Map.Entry<String, JsonNode> offset : offsets.properties()) {
            String partition = offset.getKey();
            if (!PARTITION.matcher(partition).matches()) {
                throw OmenException.malformed(
                        "first_offsets: found \""
                                + partition
                                + "\", expected a partition's number");
            }
            firstOffsets.put(
                    Integer.valueOf(partition),
                    wholeNumber("first_offsets." + partition, offset.getValue()));
        }
        return firstOffsets;
    }

    private static long wholeNumber(String field, JsonNode value) {
        if (!value.isIntegralNumber() || !value.canConvertToLong()) {
            throw unexpected(field, value, "an integer");
        }
        return value.longValue();
    }

    /** The definition as the catalogue stores it. */
    public static byte[] writeDefinition(CollectionDefinition definition) {
        ObjectNode object = describe(definition.schema());
        object.put("topic", definition.topic());
        object.put("generation", definition.generation());
        ObjectNode offsets = object.putObject("first_offsets");
        definition
                .firstOffsets()
                .forEach((partition, offset) -> offsets.put(partition.toString(), offset));
        return object.toString().getBytes(StandardCharsets.UTF_8);
    }

    /** What of a schema is not as it was asked for: {@code dimension: found 3, asked for 4}. */
    public static String differences(CollectionSchema found, CollectionSchema asked) {
        ObjectNode is = describe(found);
        ObjectNode wanted = describe(asked);
        Set<String> members = new LinkedHashSet<>();
        is.fieldNames().forEachRemaining(members::add);
        wanted.fieldNames().forEachRemaining(members::add);
        return members.stream()
                .filter(member -> !is.path(member).equals(wanted.path(member)))
                .map(
                        member ->
                                member
                                        + ": found "
                                        + (is.has(member) ? is.get(member) : "nothing")
                                        + ", asked for "
                                        + (wanted.has(member) ? wanted.get(member) : "nothing"))
                .collect(Collectors.joining("; "));
    }

    private static ObjectNode describe(CollectionSchema schema) {
        ObjectNode object = JsonNodeFactory.instance.objectNode();
        object.put("name", schema.name());
        object.put("dimension", schema.dimension());
        object.put("metric", schema.metric().apiName());
        ObjectNode fields = object.putObject("fields");
        schema.fields()
                .forEach(
                        (field, type) -> {
                            String language = schema.language(field);
                            if (language.equals(Languages.STANDARD)) {
                                fields.put(field, type.apiName());
                            } else {
                                fields.putObject(field)
                                        .put("type", type.apiName())
                                        .put("language", language);
                            }
                        });
        String language = schema.language(Languages.OF_TEXT);
        if (!language.equals(Languages.STANDARD)) {
            object.putObject("text").put("language", language);
        }
        object.put("sparse", schema.sparse());
        object.putObject("index").put("kind", schema.indexKind());
        object.put("partitions", schema.partitions());
        object.put("ttl_seconds", schema.ttlSeconds());
        if (schema.embedder() != null) {
            object.put("embedder", schema.embedder());
        }
        return object;
    }

    private static CollectionSchema schema(String name, ObjectNode object) {
        return new CollectionSchema(
                name,
                integer(object, "dimension", null),
                Metric.ofApiName(text(object, "metric")),
                fields(object),
                sparse(object),
                indexKind(object),
                integer(object, "partitions", PARTITIONS_DEFAULT),
                ttlSeconds(object),
                languages(object),
                isAbsent(object.path("embedder")) ? null : text(object, "embedder"));
    }

    private static Map<String, FieldType> fields(ObjectNode object) {
        Map<String, FieldType> fields = new LinkedHashMap<>();
        JsonNode declared = object.path("fields");
        if (isAbsent(declared)) {
            return fields;
        }
        if (!declared.isObject()) {
            throw unexpected("fields", declared, "an object of field names and types");
        }
        for (Map.Entry<String, JsonNode> field : declared.properties()) {
            JsonNode type = field.getValue();
            if (type.isObject()) {
                checkKeys("fields." + field.getKey(), type, Set.of("type", "language"));
                type = type.path("type");
            }
            if (!type.isTextual()) {
                throw unexpected("fields." + field.getKey(), type, "a type's name");
            }
            fields.put(field.getKey(), FieldType.ofApiName(field.getKey(), type.textValue()));
        }
        return fields;
    }

    private static Map<String, String> languages(ObjectNode object) {
        Map<String, String> languages = new LinkedHashMap<>();
        JsonNode text = object.path("text");
        if (!isAbsent(text)) {
            if (!text.isObject()) {
                throw unexpected("text", text, "an object with language");
            }
            checkKeys("text", text, Set.of("language"));
            addLanguage("text", Languages.OF_TEXT, text, languages);
        }
        for (Map.Entry<String, JsonNode> field : object.path("fields").properties()) {
            if (field.getValue().isObject()) {
                addLanguage(
                        "fields." + field.getKey(), field.getKey(), field.getValue(), languages);
            }
        }
        return languages;
    }

    private static void addLanguage(
            String path, String field, JsonNode holder, Map<String, String> languages) {
        JsonNode language = holder.path("language");
        if (isAbsent(language)) {
            return;
        }
        if (!language.isTextual()) {
            throw unexpected(path + ".language", language, "a string");
        }
        languages.put(field, language.textValue());
    }

    private static void checkKeys(String path, JsonNode object, Set<String> known) {
        for (Map.Entry<String, JsonNode> member : object.properties()) {
            if (!known.contains(member.getKey())) {
                throw OmenException.malformed(
                        path
                                + "."
                                + member.getKey()
                                + ": found an unknown field, expected "
                                + String.join(" or ", known.stream().sorted().toList()));
            }
        }
    }

    private static boolean sparse(ObjectNode object) {
        JsonNode sparse = object.path("sparse");
        if (!isAbsent(sparse) && !sparse.isBoolean()) {
            throw unexpected("sparse", sparse, "true or false");
        }
        return sparse.asBoolean(false);
    }

    private static String indexKind(ObjectNode object) {
        JsonNode index = object.path("index");
        if (isAbsent(index)) {
            return "auto";
        }
        if (!index.isObject()) {
            throw unexpected("index", index, "an object with kind");
        }
        for (Map.Entry<String, JsonNode> member : index.properties()) {
            if (!member.getKey().equals("kind")) {
                throw OmenException.malformed(
                        "index." + member.getKey() + ": found an unknown field, expected kind");
            }
        }
        JsonNode kind = index.path("kind");
        if (!kind.isTextual()) {
            throw unexpected("index.kind", kind, "a string");
        }
        if (!INDEX_KINDS.contains(kind.textValue())) {
            throw OmenException.invalid(
                    "index.kind: found \""
                            + kind.textValue()
                            + "\", expected one of "
                            + String.join(", ", INDEX_KINDS.stream().sorted().toList()));
        }
        return kind.textValue();
    }

    private static @Nullable Long ttlSeconds(ObjectNode object) {
        JsonNode ttl = object.path("ttl_seconds");
        if (isAbsent(ttl)) {
            return null;
        }
        if (!ttl.isIntegralNumber() || !ttl.canConvertToLong()) {
            throw unexpected("ttl_seconds", ttl, "an integer or null");
        }
        return ttl.longValue();
    }

    private static int integer(ObjectNode object, String field, @Nullable Integer absent) {
        JsonNode value = object.path(field);
        if (isAbsent(value) && absent != null) {
            return absent;
        }
        if (!value.isIntegralNumber()) {
            throw unexpected(field, value, "an integer");
        }
        if (!value.canConvertToInt()) {
            throw OmenException.invalid(
                    field + ": found " + value.asText() + ", expected a smaller number");
        }
        return value.intValue();
    }

    private static String text(ObjectNode object, String field) {
        JsonNode value = required(object, field, "a string");
        if (!value.isTextual()) {
            throw unexpected(field, value, "a string");
        }
        return value.textValue();
    }

    private static JsonNode required(ObjectNode object, String field, String expected) {
        JsonNode value = object.path(field);
        if (isAbsent(value)) {
            throw unexpected(field, value, expected);
        }
        return value;
    }

    private static boolean isAbsent(JsonNode value) {
        return value.isMissingNode() || value.isNull();
    }

    private static ObjectNode parse(byte[] body) {
        JsonNode node;
        try {
            node = MAPPER.readTree(body);
        } catch (IOException e) {
            String reason =
                    e instanceof JsonProcessingException syntax
                            ? syntax.getOriginalMessage()
                            : e.getMessage();
            throw new OmenException(
                    ErrorCode.MALFORMED,
                    "body: found broken JSON (" + reason + "), expected a JSON object",
                    e);
        }
        if (!(node instanceof ObjectNode object)) {
            throw unexpected("body", node, "a JSON object");
        }
        return object;
    }

    private static OmenException unexpected(String field, JsonNode value, String expected) {
        String found =
                switch (value.getNodeType()) {
                    case MISSING -> "nothing";
                    case OBJECT -> "an object";
                    case ARRAY -> "an array";
                    default -> value.toString();
                };
        return OmenException.malformed(field + ": found " + found + ", expected " + expected);
    }
}
