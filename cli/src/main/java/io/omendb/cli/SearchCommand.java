package io.omendb.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.omendb.OmenException;
import io.omendb.cli.checkpoint.CheckpointSearch;
import io.omendb.cli.client.GatewayClient;
import io.omendb.index.shard.Hit;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** A search from the shell. */
@Command(
        name = "search",
        mixinStandardHelpOptions = true,
        description =
                "Search a collection: by a vector, by the vector of a stored point, or by a text.")
final class SearchCommand implements Callable<Integer> {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final double NANOS_PER_MS = 1e6;

    @Option(
            names = "--collection",
            required = true,
            paramLabel = "NAME",
            description = "The collection.")
    private String collection = "";

    @Option(names = "--vector", paramLabel = "[x,y,…]", description = "The query as a JSON array.")
    private @Nullable String vector;

    @Option(
            names = "--like",
            paramLabel = "ID",
            description = "Search with the vector of this point.")
    private @Nullable String like;

    @Option(
            names = "--text",
            paramLabel = "TEXT",
            description = "Search for what is like this; the collection has an embedder.")
    private @Nullable String text;

    @Option(names = "-k", paramLabel = "N", description = "Number of hits (default: 10).")
    private int k = 10;

    @Option(
            names = "--filters",
            paramLabel = "JSON",
            description = "Such as {\"price\":{\"$lte\":10}}.")
    private @Nullable String filters;

    @Option(names = "--json", description = "Print the gateway's answer as it is.")
    private boolean raw;

    @Option(
            names = "--url",
            paramLabel = "URL",
            description = "The gateway (default: http://127.0.0.1:8080).")
    private String url = "http://127.0.0.1:8080";

    @Mixin private AccessOptions access = new AccessOptions();

    @Option(
            names = "--checkpoint",
            paramLabel = "DIR",
            description =
                    "Search this checkpoint or native savepoint instead; nothing needs to run.")
    private @Nullable Path checkpoint;

    @Override
    public Integer call() throws InterruptedException {
        if (checkpoint != null) {
            return searchCheckpoint(checkpoint);
        }
        GatewayClient client = new GatewayClient(access.to(url));
        ObjectNode request = JSON.createObjectNode();
        checkQuery();
        if (text == null) {
            request.set("vector", query(client));
        } else {
            request.put("text", text);
        }
        request.put("k", k);
        if (filters != null) {
            request.set("filters", parse("--filters", filters));
        }
        ArrayNode include = request.putArray("include");
        include.add("id").add("distance").add("metadata");
        JsonNode answer =
                client.send("POST", GatewayClient.collection(collection) + "/search", request);
        if (raw) {
            System.out.println(answer);
            return 0;
        }
        print(answer.path("hits"));
        System.out.printf(
                Locale.ROOT,
                "%d hits in %.2f ms, %s records behind%n",
                answer.path("hits").size(),
                answer.path("took_ms").asDouble(),
                answer.at("/freshness/lag_records").isNumber()
                        ? answer.at("/freshness/lag_records").asText()
                        : "an unknown number of");
        return 0;
    }

    private int searchCheckpoint(Path folder) {
        checkQuery();
        if (text != null) {
            throw OmenException.malformed(
                    "--text: needs a gateway; ./omen up --from serves a checkpoint by one");
        }
        try (CheckpointSearch stored = CheckpointSearch.open(folder, collection)) {
            float[] query =
                    like == null
                            ? floats(parse("--vector", String.valueOf(vector)))
                            : stored.vector(like);
            JsonNode filter = filters == null ? null : parse("--filters", filters);
            long start = System.nanoTime();
            List<Hit> hits = stored.search(query, k, filter);
            double millis = (System.nanoTime() - start) / NANOS_PER_MS;
            ArrayNode list = JSON.createArrayNode();
            for (Hit hit : hits) {
                byte[] metadata = hit.metadata();
                ObjectNode one = list.addObject();
                one.put("id", hit.id()).put("distance", hit.distance());
                if (metadata != null) {
                    String text = new String(metadata, StandardCharsets.UTF_8);
                    one.set("metadata", parse("metadata of " + hit.id(), text));
                }
            }
            if (raw) {
                System.out.println(JSON.createObjectNode().set("hits", list));
            } else {
                print(list);
                System.out.printf(Locale.ROOT, "%d hits in %.2f ms%n", list.size(), millis);
            }
            return 0;
        }
    }

    private static float[] floats(JsonNode array) {
        float[] floats = new float[array.size()];
        for (int i = 0; i < floats.length; i++) {
            if (!array.get(i).isNumber()) {
                throw OmenException.malformed("--vector: component " + i + " is not a number");
            }
            floats[i] = array.get(i).floatValue();
        }
        return floats;
    }

    private static void print(JsonNode hits) {
        for (JsonNode hit : hits) {
            System.out.printf(
                    Locale.ROOT,
                    "%9.4f  %s  %s%n",
                    hit.path("distance").asDouble(),
                    hit.path("id").asText(),
                    hit.path("metadata").isMissingNode() ? "" : hit.path("metadata"));
        }
    }

    private void checkQuery() {
        if (Stream.of(vector, like, text).filter(Objects::nonNull).count() != 1) {
            throw OmenException.malformed("give the query by one of --vector, --like and --text");
        }
    }

    private JsonNode query(GatewayClient client) throws InterruptedException {
        if (vector != null) {
            return parse("--vector", vector);
        }
        String path =
                GatewayClient.collection(collection)
                        + "/points/"
                        + java.net.URLEncoder.encode(like, java.nio.charset.StandardCharsets.UTF_8)
                                .replace("+", "%20")
                        + "?include=vector";
        return client.send("GET", path, null).path("vector");
    }

    private static JsonNode parse(String option, String json) {
        try {
            return JSON.readTree(json);
        } catch (JsonProcessingException e) {
            throw OmenException.malformed(option + ": not JSON: " + e.getOriginalMessage());
        }
    }
}
