package io.omendb.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.omendb.schema.Metric;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

@ExtendWith(SharedBroker.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SearchIT {
    private RunningGateway running;
    private Client client;
    private String path;

    @BeforeAll
    void start(SharedBroker.Running broker) throws Exception {
        running = new RunningGateway(broker);
        client = running.client;
        path = running.collection("searched");
        client.post(
                        path + "/points?wait=true",
                        "{'points':[{'id':'a','vector':[0,0,0],'metadata':{'c':'x'},'text':'hi'},"
                                + "{'id':'b','vector':[0,0,3],'metadata':{'c':'y'}},"
                                + "{'id':'c','vector':[0,4,0]},{'id':'d','vector':[0,4,0]}]}")
                .expect(200);
    }

    @AfterAll
    void stop() {
        running.close();
    }

    @Test
    void search_acrossShards_answersAsTheContractSays() throws Exception {
        JsonNode answer =
                client.post(path + "/search", "{'vector':[0,0,0],'k':3}").expect(200).json();

        assertThat(ids(answer)).containsExactly("a", "b", "c"); // c and d tie: by id
        assertThat(answer.at("/hits/1/distance").asDouble()).isEqualTo(3.0);
        assertThat(answer.at("/hits/0/metadata").toString()).isEqualTo("{\"c\":\"x\"}");
        assertThat(answer.at("/hits/0/text").asText()).isEqualTo("hi");
        assertThat(answer.at("/hits/0").has("vector")).isFalse();
        assertThat(answer.path("took_ms").asDouble()).isPositive();
        assertThat(answer.at("/shards/total").asInt()).isEqualTo(2);
        assertThat(answer.at("/shards/answered").asInt()).isEqualTo(2);
        assertThat(answer.at("/freshness/lag_records").asInt(-1)).isZero();
        assertThat(answer.at("/freshness/lag_ms").asInt(-1)).isZero();
        long applied =
                answer.at("/freshness/applied/omen.searched-0").asLong()
                        + answer.at("/freshness/applied/omen.searched-1").asLong();
        assertThat(applied).isEqualTo(2); // four records in two partitions, from offset 0
    }

    @ParameterizedTest
    @EnumSource(Metric.class)
    void search_randomPoints_isTheBruteForceTopK(Metric metric) throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        String collection = "/collections/random-" + metric.apiName();
        client.put(collection, "{'dimension':5,'metric':'" + metric.apiName() + "'}").expect(201);
        List<float[]> vectors = new ArrayList<>();
        StringBuilder points = new StringBuilder();
        for (int i = 0; i < 300; i++) {
            float[] vector = randomVector(random);
            vectors.add(vector);
            points.append(i == 0 ? "" : ",")
                    .append("{'id':'" + i + "','vector':" + json(vector) + "}");
        }
        client.post(collection + "/points?wait=true", "{'points':[" + points + "]}").expect(200);
        float[] query = randomVector(random);

        JsonNode answer =
                client.post(collection + "/search", "{'vector':" + json(query) + ",'k':20}")
                        .expect(200)
                        .json();

        List<String> expected =
                IntStream.range(0, vectors.size())
                        .boxed()
                        .sorted(
                                Comparator.comparing(
                                        i -> TestShard.distance(metric, query, vectors.get(i))))
                        .limit(20)
                        .map(String::valueOf)
                        .toList();
        assertThat(ids(answer)).as("seed %d", seed).isEqualTo(expected);
    }

    @Test
    void search_include_answersWhatWasAskedFor() throws Exception {
        JsonNode hit =
                client.post(path + "/search", "{'vector':[0,0,0],'k':1,'include':['id','vector']}")
                        .expect(200)
                        .json()
                        .at("/hits/0");

        assertThat(hit.toString()).isEqualTo("{\"id\":\"a\",\"vector\":[0.0,0.0,0.0]}");
    }

    @Test
    void search_everyField_isForwarded() throws Exception {
        JsonNode answer =
                client.post(
                                path + "/search",
                                "{'vector':[0,0,0],'k':10,'filters':{'c':'y'},'include':['id'],"
                                        + "'exact':true,'recall_target':0.95,'params':{'nprobe':32},"
                                        + "'consistency':'eventual','timeout_ms':1000,"
                                        + "'allow_partial':false}")
                        .expect(200)
                        .json();
        assertThat(ids(answer)).containsExactly("b");
        assertThat(answer.path("device").asText()).isEqualTo("cpu");
    }

    @Test
    void search_after_seesTheWrite() throws Exception {
        String own = running.collection("after");
        for (int i = 0; i < 20; i++) {
            String tokens =
                    client.post(
                                    own + "/points",
                                    "{'points':[{'id':'p" + i + "','vector':[1,1," + i + "]}]}")
                            .expect(202)
                            .json()
                            .path("tokens")
                            .toString();
            JsonNode answer =
                    client.post(
                                    own + "/search",
                                    "{'vector':[1,1,"
                                            + i
                                            + "],'k':1,'consistency':{'after':"
                                            + tokens
                                            + "}}")
                            .expect(200)
                            .json();
            assertThat(ids(answer)).containsExactly("p" + i);
        }
    }

    @Test
    void search_afterWhatIsNotApplied_is504WithTheLag() throws Exception {
        String own = running.collection("after-late");
        running.job.pause();
        try {
            String tokens =
                    client.post(own + "/points", "{'points':[{'id':'p','vector':[1,1,1]}]}")
                            .expect(202)
                            .json()
                            .path("tokens")
                            .toString();
            String search =
                    "{'vector':[1,1,1],'timeout_ms':100,'consistency':{'after':" + tokens + "}}";
            JsonNode late =
                    client.post(own + "/search", search)
                            .expectProblem(504, "TIMEOUT", "1 records are still to be applied")
                            .json();
            assertThat(late.at("/freshness/lag_records").asInt()).isEqualTo(1);
            for (String[] wrong :
                    new String[][] {
                        {"0:99999", "omen.after-late-0:99999 was not written yet"},
                        {"9:1", "omen.after-late-9:1 is of a partition that the topic does not"},
                    }) {
                client.post(
                                own + "/search",
                                "{'vector':[1,1,1],'timeout_ms':100,'consistency':"
                                        + "{'after':['omen.after-late-"
                                        + wrong[0]
                                        + "']}}")
                        .expectProblem(504, "TIMEOUT", wrong[1]);
            }

            JsonNode stale = client.post(own + "/search", "{'vector':[1,1,1]}").expect(200).json();
            assertThat(stale.at("/freshness/lag_records").asInt()).isEqualTo(1);
            assertThat(stale.at("/freshness/lag_ms").asInt(-1)).isNotNegative();
        } finally {
            running.job.resume();
        }
    }

    @Test
    void search_strong_seesWhatAnybodyWroteBefore() throws Exception {
        String own = running.collection("strong");
        for (int i = 0; i < 20; i++) {
            client.post(
                            own + "/points",
                            "{'points':[{'id':'p" + i + "','vector':[2,2," + i + "]}]}")
                    .expect(202);
            String search = "{'vector':[2,2," + i + "],'k':1,'consistency':'strong'}";
            assertThat(ids(client.post(own + "/search", search).expect(200).json()))
                    .containsExactly("p" + i);
            assertThat(
                            client.post(own + "/count", "{'consistency':'strong'}")
                                    .expect(200)
                                    .json()
                                    .path("count")
                                    .asInt())
                    .isEqualTo(i + 1);
        }
    }

    @Test
    void search_strongOrBounded_waitsForWhatIsOldEnough() throws Exception {
        String own = running.collection("bounded");
        client.post(own + "/points?wait=true", "{'points':[{'id':'a','vector':[1,1,1]}]}")
                .expect(200);
        // From its first query on the gateway remembers where the log ended when.
        client.post(own + "/search", "{'vector':[2,2,2]}").expect(200);
        running.job.pause();
        try {
            client.post(own + "/points", "{'points':[{'id':'b','vector':[2,2,2]}]}").expect(202);
            String search = "{'vector':[2,2,2],'k':1,'timeout_ms':1500,'consistency':";
            // Nothing is a day old: what is applied will do.
            assertThat(
                            ids(
                                    client.post(
                                                    own + "/search",
                                                    search + "{'bounded_ms':86400000}}")
                                            .expect(200)
                                            .json()))
                    .containsExactly("a");
            // All writes before the query count, even those of a millisecond ago.
            client.post(own + "/search", search + "'strong'}")
                    .expectProblem(504, "TIMEOUT", "1 records are still to be applied");
            client.post(own + "/search", search + "{'bounded_ms':0}}")
                    .expectProblem(504, "TIMEOUT", "1 records are still to be applied");
            // The write grows older than the bound.
            Await.until(
                    "the write is older than 500 ms",
                    () ->
                            client.post(own + "/search", search + "{'bounded_ms':500}}").status()
                                    == 504);
        } finally {
            running.job.resume();
        }
        String bounded = "{'vector':[2,2,2],'k':1,'consistency':{'bounded_ms':0}}";
        assertThat(ids(client.post(own + "/search", bounded).expect(200).json()))
                .containsExactly("b");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "400 | {} | vector: found nothing, expected an array of numbers",
                "400 | [] | search: found an array, expected an object",
                "400 | {'vector':[0,0,0] | body: found broken JSON",
                "400 | {'vector':[0,0,0]} 1 | after the search: found 1, expected nothing more",
                "400 | {'vector':'v'} | vector: found 'v', expected an array of numbers",
                "400 | {'vector':[0,0,0],'top':3} | top: found an unknown field",
                "400 | {'vector':[0,0,0],'k':'3'} | k: found '3', expected an integer",
                "400 | {'vector':[0,0,0],'k':1.5} | k: found 1.5, expected an integer",
                "400 | {'vector':[0,0,0],'filters':[]} | filters: found an array, expected an object",
                "400 | {'vector':[0,0,0],'include':'id'} | include: found 'id', expected an array",
                "400 | {'vector':[0,0,0],'exact':1} | exact: found 1, expected true or false",
                "400 | {'vector':[0,0,0],'params':{'nprobe':'a'}} | params.nprobe: found 'a'",
                "422 | {'vector':[0,0,0],'params':{'device':'tpu'}} | params.device: found",
                "400 | {'vector':[0,0,0],'params':{'device':1}} | params.device: found 1",
                "400 | {'vector':[0,0,0],'consistency':{'after':['x']}} | consistency.after[0]: found 'x', expected a token",
                "400 | {'vector':[0,0,0],'consistency':5} | consistency: found 5",
                "422 | {'vector':[0,0]} | vector: found 2 components, expected the collection",
                "422 | {'vector':[0,NaN,0]} | vector[1]: found NaN, expected a finite number",
                "422 | {'vector':[0,1e99,0]} | vector[1]: found Infinity, expected a finite number",
                "422 | {'vector':[0,0,0],'k':0} | k: found 0, expected 1 to 10000",
                "422 | {'vector':[0,0,0],'k':10001} | k: found 10001, expected 1 to 10000",
                "422 | {'vector':[0,0,0],'include':['score']} | include[0]: found 'score', expected id, distance",
                "422 | {'vector':[0,0,0],'recall_target':1.5} | recall_target: found 1.5",
                "422 | {'vector':[0,0,0],'timeout_ms':60001} | timeout_ms: found 60001, expected 1 to 60000",
                "422 | {'vector':[0,0,0],'consistency':'sure'} | consistency: found 'sure', expected 'eventual', 'strong', 'committed'",
                "422 | {'vector':[0,0,0],'consistency':{'bounded_ms':-1}} | consistency.bounded_ms: found -1, expected 0 to",
                "400 | {'vector':[0,0,0],'consistency':{'bounded_ms':'x'}} | consistency.bounded_ms: found 'x', expected an integer",
                "422 | {'vector':[0,0,0],'consistency':{'bounded_ms':1,'after':[]}} | consistency: found more than one level",
                "400 | {'vector':[0,0,0],'consistency':{}} | consistency: found nothing, expected 'eventual'",
                "422 | {'vector':[0,0,0],'consistency':{'after':['omen.x-0:1']}} | consistency.after[0]: found a token of topic omen.x",
                "422 | {'vector':[0,0,0],'filters':{'c':{'$near':1}}} | filters.c: found an unknown operator",
            })
    void search_bad_saysFieldFoundAndExpected(int status, String body, String detail)
            throws Exception {
        client.post(path + "/search", body)
                .expectProblem(status, status == 400 ? "MALFORMED" : "INVALID", detail);
    }

    @Test
    void search_zeroVectorUnderCosine_is422() throws Exception {
        client.put("/collections/cosine", "{'dimension':2,'metric':'cosine'}").expect(201);
        client.post("/collections/cosine/search", "{'vector':[0,0]}")
                .expectProblem(422, "INVALID", "vector: found a zero vector");
    }

    @Test
    void search_unknownCollection_is404() throws Exception {
        client.post("/collections/nowhere/search", "{'vector':[0]}")
                .expectProblem(404, "NOT_FOUND", "Collection nowhere does not exist");
        client.post("/collections/nowhere/count", "{}").expect(404);
        client.get("/collections/nowhere/points/a").expect(404);
    }

    @Test
    void batch_answersInOrder() throws Exception {
        StringBuilder searches = new StringBuilder();
        for (int i = 0; i < 30; i++) {
            searches.append(i == 0 ? "" : ",")
                    .append("{'vector':" + (i % 2 == 0 ? "[0,0,0]" : "[0,0,3]") + ",'k':1}");
        }
        JsonNode results =
                client.post(path + "/search/batch", "{'searches':[" + searches + "]}")
                        .expect(200)
                        .json()
                        .path("results");
        assertThat(results).hasSize(30);
        for (int i = 0; i < 30; i++) {
            assertThat(ids(results.get(i))).containsExactly(i % 2 == 0 ? "a" : "b");
        }
        client.post(path + "/search/batch", "{'searches':[{'vector':[0,0,0]},{'vector':[0]}]}")
                .expectProblem(422, "INVALID", "searches[1].vector: found 1 components");
        client.post(path + "/search/batch", "{'searches':[{'vector':[0,0,0]},{'q':[0]}]}")
                .expectProblem(400, "MALFORMED", "searches[1].q: found an unknown field");
        client.post(path + "/search/batch", "{}")
                .expectProblem(400, "MALFORMED", "searches: found nothing");
    }

    @Test
    void count_filters_countsExactly() throws Exception {
        assertThat(client.post(path + "/count", "").expect(200).json().path("count").asInt())
                .isEqualTo(4);
        JsonNode counted = client.post(path + "/count", "{'filters':{'c':'x'}}").expect(200).json();
        assertThat(counted.path("count").asInt()).isEqualTo(1);
        assertThat(counted.at("/freshness/lag_records").asInt(-1)).isZero();
        client.post(path + "/count", "{'filter':{}}")
                .expectProblem(400, "MALFORMED", "filter: found an unknown field");
    }

    @Test
    void get_include_answersWhatWasAskedFor() throws Exception {
        assertThat(client.get(path + "/points/a?include=metadata").expect(200).text())
                .isEqualTo("{\"id\":\"a\",\"metadata\":{\"c\":\"x\"},\"text\":\"hi\"}");
        client.get(path + "/points/a?include=colour")
                .expectProblem(422, "INVALID", "include: found 'colour'");
    }

    private static List<String> ids(JsonNode answer) {
        List<String> ids = new ArrayList<>();
        answer.path("hits").forEach(hit -> ids.add(hit.path("id").asText()));
        return ids;
    }

    private static float[] randomVector(Random random) {
        float[] vector = new float[5];
        for (int i = 0; i < vector.length; i++) {
            vector[i] = (float) random.nextGaussian();
        }
        return vector;
    }

    private static String json(float[] vector) {
        StringBuilder json = new StringBuilder("[");
        for (int i = 0; i < vector.length; i++) {
            json.append(i == 0 ? "" : ",").append(String.format(Locale.ROOT, "%s", vector[i]));
        }
        return json.append("]").toString();
    }
}
