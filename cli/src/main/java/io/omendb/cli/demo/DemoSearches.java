package io.omendb.cli.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.omendb.cli.client.GatewayClient;
import io.omendb.embed.hashing.HashingEmbedder;
import java.util.List;

/** The demonstration's searches, over HTTP like everybody's. */
final class DemoSearches {
    static final List<String> QUERIES =
            List.of(
                    "parse a date",
                    "compress bytes",
                    "read a file line by line",
                    "sort a list",
                    "open a socket",
                    "run a task later in another thread",
                    "match a regular expression",
                    "convert a string to an integer",
                    "draw a rectangle",
                    "connect to a database",
                    "create a secret key",
                    "format a number as currency");

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String PATH = GatewayClient.collection(JdkCollection.NAME) + "/search";

    private final GatewayClient client;
    private final HashingEmbedder embedder;

    DemoSearches(GatewayClient client, HashingEmbedder embedder) {
        this.client = client;
        this.embedder = embedder;
    }

    JsonNode byText(String text, int k) throws InterruptedException {
        return byVector(embedder.embed(text), k);
    }

    JsonNode byVector(float[] vector, int k) throws InterruptedException {
        return search(vector, k, JSON.createObjectNode());
    }

    /** Among the elements of one package only. */
    JsonNode byVectorInPackage(float[] vector, int k, String packageName)
            throws InterruptedException {
        ObjectNode request = JSON.createObjectNode();
        request.putObject("filters").put("package", packageName);
        return search(vector, k, request);
    }

    private JsonNode search(float[] vector, int k, ObjectNode request) throws InterruptedException {
        ArrayNode components = request.putArray("vector");
        for (float component : vector) {
            components.add(component);
        }
        request.put("k", k);
        return client.send("POST", PATH, request);
    }

    /** Whether the answer holds the id. */
    static boolean holds(JsonNode answer, String id) {
        for (JsonNode hit : answer.path("hits")) {
            if (hit.path("id").asText().equals(id)) {
                return true;
            }
        }
        return false;
    }
}
