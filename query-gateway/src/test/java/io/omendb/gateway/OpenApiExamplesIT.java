package io.omendb.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.omendb.gateway.OpenApiDocument.Body;
import io.omendb.gateway.OpenApiDocument.Operation;
import io.omendb.gateway.http.Limits;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Every example of the document is sent to a gateway, and answered as the document says. */
@ExtendWith(SharedBroker.class)
class OpenApiExamplesIT {
    /** Bytes, which a JSON document has no examples of. */
    private static final Set<String> BINARY = Set.of("application/vnd.apache.arrow.stream");

    private final OpenApiDocument document = OpenApiDocument.load();

    @Test
    void examples_ofRequestsAndAnswers_keepTheSchemas() {
        for (Operation operation : document.operations()) {
            List<JsonNode> contents = new ArrayList<>();
            contents.add(operation.json().path("requestBody").path("content"));
            operation
                    .json()
                    .path("responses")
                    .forEach(response -> contents.add(document.resolved(response).path("content")));
            assertThat(document.requests(operation)).as(operation.id()).isNotEmpty();
            for (JsonNode content : contents) {
                for (String name : document.requests(operation)) {
                    Body body = OpenApiDocument.body(content, name);
                    if (body != null) {
                        keepsItsSchema(operation.id() + " " + name, body.schema(), body.value());
                    }
                }
            }
            parametersKeepTheirSchemas(operation);
        }
    }

    private void parametersKeepTheirSchemas(Operation operation) {
        for (JsonNode reference : operation.json().path("parameters")) {
            JsonNode parameter = document.resolved(reference);
            String what = operation.id() + " " + parameter.path("name").asText();
            List<JsonNode> values = new ArrayList<>(parameter.path("examples").findValues("value"));
            if (parameter.has("example")) {
                values.add(parameter.path("example"));
            }
            assertThat(values).as(what).isNotEmpty();
            values.forEach(value -> keepsItsSchema(what, parameter.path("schema"), value));
        }
    }

    @Test
    void bodies_ofEveryMediaType_haveExamples() {
        for (Operation operation : document.operations()) {
            operation
                    .json()
                    .path("requestBody")
                    .path("content")
                    .properties()
                    .forEach(
                            media -> {
                                if (!BINARY.contains(media.getKey())) {
                                    assertThat(media.getValue().path("examples"))
                                            .as(operation.id() + " " + media.getKey())
                                            .isNotEmpty();
                                }
                            });
        }
    }

    @Test
    void everyExample_sentToAGateway_isAnsweredAsDescribed(SharedBroker.Running broker)
            throws Exception {
        Set<String> sent = new HashSet<>();
        try (RealGateway running = new RealGateway(broker, Limits.DEFAULT)) {
            Await.until("shards", () -> running.client.get("/health/ready").status() == 200);
            // Another test of the same broker may have left one of this name.
            Client.Reply unused = running.client.delete("/collections/products");
            for (Operation operation : inOrder(document.operations())) {
                for (String name : document.requests(operation)) {
                    send(running.client, operation, name);
                    sent.add(operation.id());
                }
            }
        }
        assertThat(sent).containsAll(document.operations().stream().map(Operation::id).toList());
    }

    private void send(Client client, Operation operation, String name) throws Exception {
        String what = operation.id() + " " + name;
        Body body =
                OpenApiDocument.body(operation.json().path("requestBody").path("content"), name);
        HttpResponse<byte[]> response =
                client.bytes(
                        operation.method().toUpperCase(Locale.ROOT),
                        document.target(operation, name),
                        body == null ? new byte[0] : body.text().getBytes(StandardCharsets.UTF_8),
                        "content-type",
                        body == null ? "application/json" : body.type());
        String text = new String(response.body(), StandardCharsets.UTF_8);
        int status = document.status(operation, name);
        assertThat(response.statusCode()).as(what + ": " + text).isEqualTo(status);
        String type = response.headers().firstValue("content-type").orElse("");
        JsonNode media =
                document.resolved(operation.json().path("responses").path(Integer.toString(status)))
                        .path("content")
                        .path(type.replaceFirst(";.*", ""));
        assertThat(media.isMissingNode()).as(what + " answered " + type).isFalse();
        keepsItsSchema(what + ": " + text, media.path("schema"), json(type, text));
    }

    private void keepsItsSchema(String what, JsonNode schema, JsonNode value) {
        assertThat(document.problems(schema, value)).as(what).isEmpty();
    }

    private static JsonNode json(String type, String text) {
        return type.contains("json")
                ? new Client.Reply(200, type, text).json()
                : TextNode.valueOf(text);
    }

    /** A collection is made, then it gets points, then comes all else, and it is dropped last. */
    private static List<Operation> inOrder(List<Operation> operations) {
        List<String> first = List.of("createCollection", "writePoints");
        List<String> last = List.of("deletePoint", "deletePoints", "dropCollection");
        List<Operation> ordered = new ArrayList<>(operations);
        ordered.sort(
                Comparator.comparingInt(
                        operation -> {
                            int early = first.indexOf(operation.id());
                            int late = last.indexOf(operation.id());
                            return early >= 0 ? early - first.size() : late + 1;
                        }));
        return ordered;
    }
}
