package io.omendb.gateway;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.Error;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.omendb.gateway.operations.OperationEndpoints;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The document of the HTTP interface and what it promises: its operations, their examples, and
 * whether JSON keeps its schemas.
 *
 * <p>An example has a name. Those of one name belong together: the values of an operation's
 * parameters and its body are a request, and the answer under that name says which status it gets.
 * A parameter with one {@code example} has that value in every request.
 */
final class OpenApiDocument {
    private static final String ROOT = "https://omendb.io/openapi.json";

    private final JsonNode document;
    private final SchemaRegistry schemas;

    private OpenApiDocument(JsonNode document) {
        this.document = document;
        this.schemas =
                SchemaRegistry.withDefaultDialect(
                        SpecificationVersion.DRAFT_2020_12,
                        builder -> builder.schemas(Map.of(ROOT, document.toString())));
    }

    static OpenApiDocument load() {
        try (InputStream in = OperationEndpoints.class.getResourceAsStream("openapi.json")) {
            return new OpenApiDocument(new ObjectMapper().readTree(in));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    JsonNode root() {
        return document;
    }

    /** Every operation, in the document's order. */
    List<Operation> operations() {
        List<Operation> operations = new ArrayList<>();
        document.path("paths")
                .properties()
                .forEach(
                        path ->
                                path.getValue()
                                        .properties()
                                        .forEach(
                                                method ->
                                                        operations.add(
                                                                new Operation(
                                                                        method.getKey(),
                                                                        path.getKey(),
                                                                        method.getValue()))));
        return operations;
    }

    /** A node, or what it refers to. */
    JsonNode resolved(JsonNode node) {
        return node.has("$ref") ? document.at(node.path("$ref").textValue().substring(1)) : node;
    }

    /** What a value breaks of a schema of this document; nothing where it keeps it. */
    List<String> problems(JsonNode schema, JsonNode value) {
        return schemas.getSchema(absolute(schema)).validate(value).stream()
                .map(Error::toString)
                .toList();
    }

    /** A schema whose references lead into the document, and which allows nothing undescribed. */
    private static JsonNode absolute(JsonNode schema) {
        ObjectNode absolute = schema.deepCopy();
        absolute.findParents("$ref")
                .forEach(
                        parent ->
                                ((ObjectNode) parent)
                                        .put("$ref", ROOT + parent.path("$ref").textValue()));
        if (!absolute.has("additionalProperties")) {
            absolute.put("unevaluatedProperties", false);
        }
        return absolute;
    }

    /**
     * One operation.
     *
     * @param method in lower case
     */
    record Operation(String method, String path, JsonNode json) {
        String id() {
            return json.path("operationId").asText();
        }
    }

    /** The names of an operation's requests: those of its body's examples first, in their order. */
    Set<String> requests(Operation operation) {
        Set<String> names = new LinkedHashSet<>();
        Set<String> answered = new LinkedHashSet<>();
        operation
                .json()
                .path("responses")
                .forEach(response -> names(resolved(response).path("content"), answered));
        names(operation.json().path("requestBody").path("content"), names);
        names.addAll(answered);
        return names;
    }

    private static void names(JsonNode content, Set<String> into) {
        content.forEach(media -> media.path("examples").fieldNames().forEachRemaining(into::add));
    }

    /**
     * A body in an example.
     *
     * @param type its media type
     * @param schema its schema
     */
    record Body(String type, JsonNode schema, JsonNode value) {
        /** As it is sent: text as it is, all else as JSON. */
        String text() {
            return value.isTextual() ? value.textValue() : value.toString();
        }
    }

    /** The body of that name in some content; null if there is none. */
    static @Nullable Body body(JsonNode content, String name) {
        for (Map.Entry<String, JsonNode> media : content.properties()) {
            JsonNode example = media.getValue().path("examples").path(name);
            if (!example.isMissingNode()) {
                return new Body(
                        media.getKey(), media.getValue().path("schema"), example.path("value"));
            }
        }
        return null;
    }

    /** The status that a request gets, by the answer of its name. */
    int status(Operation operation, String name) {
        for (Map.Entry<String, JsonNode> response :
                operation.json().path("responses").properties()) {
            if (body(response.getValue().path("content"), name) != null) {
                return Integer.parseInt(response.getKey());
            }
        }
        throw new AssertionError(operation.id() + " has no answer named " + name);
    }

    /** What a request's URL ends in. */
    String target(Operation operation, String name) {
        String path = operation.path();
        StringBuilder query = new StringBuilder();
        for (JsonNode reference : operation.json().path("parameters")) {
            JsonNode parameter = resolved(reference);
            JsonNode value =
                    parameter.path("examples").path(name).path("value").isMissingNode()
                            ? parameter.path("example")
                            : parameter.path("examples").path(name).path("value");
            String key = parameter.path("name").textValue();
            if (value.isMissingNode()) {
                if (parameter.path("required").asBoolean()) {
                    throw new AssertionError(operation.id() + ": no " + key + " of " + name);
                }
            } else if (parameter.path("in").asText().equals("path")) {
                path = path.replace("{" + key + "}", value.asText());
            } else {
                query.append(query.isEmpty() ? '?' : '&').append(key).append('=');
                query.append(value.asText());
            }
        }
        return path + query;
    }
}
