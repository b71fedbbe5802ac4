package io.omendb.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.omendb.cli.client.GatewayClient;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Queries beside plain search, through Kafka, Flink and two shards, before and after a restart. */
@ExtendWith(SharedOmen.class)
class QueriesIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int POINTS = 600;
    private static final String[] WORDS = {
        "boots", "hiking", "waterproof", "coffee", "grinder", "sandals", "walking", "leather"
    };

    private final long seed = System.nanoTime();
    private final Random random = new Random(seed);
    private final Map<String, List<String>> texts = new HashMap<>();

    @Test
    void hybridScrollAndDeleteByFilter_survivingARestart(SharedOmen.Running shared)
            throws Exception {
        GatewayClient client = shared.omen().client;
        write(client);
        checkHybrid(client);
        checkScroll(client, POINTS);
        JsonNode deleted =
                send(client, "/points/delete?wait=true", "{'filters':{'n':{'$lt':100}}}");
        assertThat(deleted.path("accepted").asInt()).isEqualTo(100);
        for (int i = 0; i < 100; i++) {
            texts.remove("p" + i);
        }
        checkScroll(client, POINTS - 100);
        writeTexts(client);
        checkTexts(client);
        awaitExpired(client);
        shared.restart();
        client = shared.omen().client;
        checkHybrid(client);
        checkScroll(client, POINTS - 100);
        checkTexts(client);
    }

    private static void awaitExpired(GatewayClient client) throws Exception {
        client.send(
                "PUT", "/collections/brief", json("{'dimension':2,'metric':'l2','ttl_seconds':1}"));
        client.send(
                "POST",
                "/collections/brief/points?wait=true",
                json("{'points':[{'id':'a','vector':[1,2]},{'id':'b','vector':[3,4]}]}"));
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (client.send("POST", "/collections/brief/count", json("{}")).path("count").asInt()
                > 0) {
            assertThat(System.nanoTime()).as("deadline to expire").isLessThan(deadline);
            Thread.onSpinWait();
        }
    }

    /** With the embedder that is there unasked. */
    private static void writeTexts(GatewayClient client) throws Exception {
        client.send(
                "PUT",
                "/collections/t",
                json("{'dimension':256,'metric':'cosine','embedder':'hashing'}"));
        client.send(
                "POST",
                "/collections/t/points?wait=true",
                json(
                        "{'points':[{'id':'boots','text':'waterproof hiking boots'},"
                                + "{'id':'mill','text':'a grinder for coffee beans'},"
                                + "{'id':'shoes','text':'leather sandals for walking'}]}"));
    }

    private static void checkTexts(GatewayClient client) throws Exception {
        JsonNode found =
                client.send(
                        "POST",
                        "/collections/t/search",
                        json("{'text':'coffee grinders','k':1,'include':['id','vector']}"));
        assertThat(found.at("/hits/0/id").asText()).isEqualTo("mill");
        assertThat(found.at("/hits/0/vector")).hasSize(256);
        JsonNode both =
                client.send(
                        "POST",
                        "/collections/t/hybrid_search",
                        json("{'text':'hike in boots','k':1}"));
        assertThat(both.at("/hits/0/id").asText()).isEqualTo("boots");
        assertThat(both.at("/hits/0/scores").has("dense")).isTrue();
    }

    private void write(GatewayClient client) throws Exception {
        client.send(
                "PUT",
                "/collections/queries",
                json(
                        "{'dimension':2,'metric':'l2','sparse':true,'text':{'language':'english'},"
                                + "'fields':{'n':'long','title':{'type':'text','language':'german'}}}"));
        ObjectNode body = JSON.createObjectNode();
        ArrayNode points = body.putArray("points");
        for (int i = 0; i < POINTS; i++) {
            List<String> words = new ArrayList<>();
            for (int w = 1 + random.nextInt(8); w > 0; w--) {
                words.add(WORDS[random.nextInt(WORDS.length)]);
            }
            texts.put("p" + i, words);
            ObjectNode point = points.addObject();
            point.put("id", "p" + i).put("text", String.join(" ", words));
            point.putArray("vector").add(i % 37).add(i % 11);
            point.putObject("metadata").put("n", i).put("title", i % 50 == 0 ? "Häuser" : "Garten");
            ObjectNode sparse = point.putObject("sparse");
            sparse.putArray("indices").add(i % 10).add(1000 + i);
            sparse.putArray("values").add(1).add(2);
        }
        client.send("POST", "/collections/queries/points?wait=true", body);
    }

    private void checkHybrid(GatewayClient client) throws Exception {
        JsonNode text =
                send(
                        client,
                        "/hybrid_search",
                        "{'text':'a hike','k':1000,'text_fields':['text'],'explain':true,"
                                + "'consistency':'strong','timeout_ms':30000}");
        long matching = texts.values().stream().filter(words -> words.contains("hiking")).count();
        assertThat(text.path("hits")).as("seed %d", seed).hasSize((int) matching);
        JsonNode first = text.at("/hits/0/explain/text/terms/0");
        // Deleted points count until they are merged away.
        assertThat(first.path("points_with_term").asLong()).isGreaterThanOrEqualTo(matching);
        double before = Double.MAX_VALUE;
        for (JsonNode hit : text.path("hits")) {
            assertThat(texts.get(hit.path("id").asText())).contains("hiking");
            JsonNode term = hit.path("explain").path("text").path("terms").path(0);
            assertThat(term.path("term").asText()).isEqualTo("hike");
            // Statistics are of both shards, so those of one term are the same for every hit.
            assertThat(term.path("points_with_term")).isEqualTo(first.path("points_with_term"));
            assertThat(term.path("idf")).isEqualTo(first.path("idf"));
            assertThat(term.path("score").asDouble())
                    .isCloseTo(hit.path("scores").path("text").asDouble(), within(1e-5));
            assertThat(hit.path("score").asDouble()).isLessThanOrEqualTo(before);
            before = hit.path("score").asDouble();
        }

        JsonNode stem =
                send(client, "/hybrid_search", "{'text':'haus','text_fields':['title'],'k':50}");
        assertThat(stem.path("hits"))
                .hasSize((int) texts.keySet().stream().filter(QueriesIT::isHouse).count());

        JsonNode all =
                send(
                        client,
                        "/hybrid_search",
                        "{'vector':[5,5],'text':'leather boots','k':5,'filters':{'n':{'$gte':300}},"
                                + "'sparse':{'indices':[3],'values':[1]},'explain':true,'exact':true}");
        assertThat(all.path("hits")).hasSize(5);
        for (JsonNode hit : all.path("hits")) {
            int n = Integer.parseInt(hit.path("id").asText().substring(1));
            assertThat(n).isGreaterThanOrEqualTo(300);
            assertThat(hit.path("scores").path("sparse").asDouble()).isEqualTo(n % 10 == 3 ? 1 : 0);
            double distance = Math.hypot(n % 37 - 5, n % 11 - 5);
            assertThat(hit.path("distance").asDouble()).isCloseTo(distance, within(1e-5));
            double sum = 0;
            for (JsonNode part : hit.path("explain")) {
                sum += part.path("weight").asDouble() * part.path("normalised").asDouble();
            }
            assertThat(hit.path("score").asDouble()).isCloseTo(sum, within(1e-9));
        }
        JsonNode fused =
                send(client, "/hybrid_search", "{'vector':[5,5],'text':'boots','fusion':'rrf'}");
        assertThat(fused.path("hits")).hasSize(10);
        assertThat(fused.path("hits").get(0).path("score").asDouble()).isLessThan(1.0 / 60);
    }

    private static boolean isHouse(String id) {
        return Integer.parseInt(id.substring(1)) % 50 == 0;
    }

    private void checkScroll(GatewayClient client, int expected) throws Exception {
        List<String> seen = new ArrayList<>();
        String cursor = "null";
        int pages = 0;
        do {
            JsonNode page =
                    send(
                            client,
                            "/scroll",
                            "{'limit':97,'include':['id'],'cursor':" + cursor + "}");
            page.path("points").forEach(point -> seen.add(point.path("id").asText()));
            cursor = page.path("cursor").isNull() ? null : page.path("cursor").toString();
            pages++;
            if (pages == 2) {
                // Written again while it is read: it is met all the same, once.
                rewrite(client, "p" + (POINTS - 1));
            }
        } while (cursor != null);
        assertThat(seen).as("seed %d", seed).doesNotHaveDuplicates().hasSize(expected);
        assertThat(new TreeSet<>(seen)).isEqualTo(new TreeSet<>(texts.keySet()));
        assertThat(pages).isEqualTo(expected / 97 + 1);
        JsonNode some = send(client, "/scroll", "{'filters':{'n':{'$gte':590}}}");
        assertThat(some.path("points")).hasSize(10);
        assertThat(some.path("cursor").isNull()).isTrue();
        assertThat(some.path("points").get(0).path("metadata").has("n")).isTrue();
    }

    private void rewrite(GatewayClient client, String id) throws Exception {
        JsonNode point = client.send("GET", "/collections/queries/points/" + id, null);
        ObjectNode body = JSON.createObjectNode();
        ((ObjectNode) body.putArray("points").add(point).get(0))
                .putObject("sparse")
                .setAll((ObjectNode) json("{'indices':[9,1599],'values':[1,2]}"));
        client.send("POST", "/collections/queries/points?wait=true", body);
    }

    private static JsonNode send(GatewayClient client, String path, String body) throws Exception {
        return client.send("POST", "/collections/queries" + path, json(body));
    }

    private static JsonNode json(String text) throws Exception {
        return JSON.readTree(text.replace('\'', '"'));
    }
}
