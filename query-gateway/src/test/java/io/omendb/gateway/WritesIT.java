package io.omendb.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.omendb.record.PointBatch;
import io.omendb.record.PointJson;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(SharedBroker.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class WritesIT {
    private static final String A = "{'id':'a','vector':[1,2,3]}";

    private RunningGateway running;
    private Client client;
    private String bootstrap;

    @BeforeAll
    void start(SharedBroker.Running broker) throws Exception {
        bootstrap = broker.bootstrapServers();
        running = new RunningGateway(broker);
        client = running.client;
    }

    @AfterAll
    void stop() {
        running.close();
    }

    @Test
    void post_json_writesKafkaRecordsAndNamesThem() throws Exception {
        String path = running.collection("w-json");

        JsonNode written =
                client.post(
                                path + "/points",
                                "{'points':[{'id':'ä/1','vector':[1,-2.5,1e-7],"
                                        + "'metadata':{'n':[1,{}]},'text':'t'},"
                                        + A
                                        + "]}")
                        .expect(202)
                        .json();

        assertThat(written.path("accepted").asInt()).isEqualTo(2);
        List<ConsumerRecord<String, byte[]>> records = records("omen.w-json", 2);
        assertThat(records).extracting(ConsumerRecord::key).containsExactlyInAnyOrder("ä/1", "a");
        for (ConsumerRecord<String, byte[]> record : records) {
            assertThat(record.headers().lastHeader("omen-format").value())
                    .isEqualTo("json".getBytes(StandardCharsets.UTF_8));
            assertThat(PointJson.read(record.value()).id()).isEqualTo(record.key());
        }
        List<String> highest = new ArrayList<>();
        for (int partition = 0; partition < 2; partition++) {
            int p = partition;
            records.stream()
                    .filter(record -> record.partition() == p)
                    .mapToLong(ConsumerRecord::offset)
                    .max()
                    .ifPresent(offset -> highest.add("omen.w-json-" + p + ":" + offset));
        }
        assertThat(written.path("tokens")).extracting(JsonNode::asText).isEqualTo(highest);
    }

    @Test
    void post_ndjsonAndWait_isSearchable() throws Exception {
        String path = running.collection("w-lines");
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < 500; i++) {
            lines.append("{\"id\":\"p").append(i).append("\",\"vector\":[0,0,").append(i);
            lines.append("]}\n");
        }

        client.send("POST", path + "/points?wait=true", lines.toString(), "application/x-ndjson")
                .get()
                .expect(200);

        assertThat(count(path)).isEqualTo(500);
        JsonNode point = client.get(path + "/points/p7").expect(200).json();
        assertThat(point.path("vector").toString()).isEqualTo("[0.0,0.0,7.0]");
        assertThat(point.path("metadata").toString()).isEqualTo("{}");
    }

    @Test
    void post_oneBadPoint_refusesTheWholeBatchAndWritesNothing() throws Exception {
        String path = running.collection("w-bad");
        client.post(path + "/points?wait=true", "{'points':[" + A + "]}").expect(200);

        JsonNode malformed =
                client.post(
                                path + "/points",
                                "{'points':["
                                        + A
                                        + ",{'id':'b','vector':'x'},"
                                        + A
                                        + ",{'id':7,'vector':[1,2,3]}]}")
                        .expectProblem(
                                400,
                                "MALFORMED",
                                "points[1]: vector: found 'x', expected an array of numbers (and 1"
                                        + " more)")
                        .json();
        assertThat(malformed.path("errors"))
                .extracting(e -> e.path("index").asInt())
                .containsExactly(1, 3);
        assertThat(malformed.at("/errors/1/detail").asText())
                .isEqualTo("id: found 7, expected a string");

        JsonNode invalid =
                client.post(
                                path + "/points",
                                "{'points':["
                                        + A
                                        + ",{'id':'b','vector':[1,2]},{'id':'c','vector':[NaN,1,1]},"
                                        + "{'id':'d','vector':[1,1,1e60]},{'id':'','vector':[1,1,1]}]}")
                        .expectProblem(422, "INVALID", "points[1]: vector: found 2 components")
                        .json();
        assertThat(invalid.path("errors"))
                .extracting(e -> e.path("index").asInt())
                .containsExactly(1, 2, 3, 4);

        JsonNode both =
                client.post(
                                path + "/points",
                                "{'points':[{'id':'b','vector':[1,2]},"
                                        + A
                                        + ",{'id':7,'vector':[1,2,3]},{'id':'','vector':[1,1,1]}]}")
                        .expectProblem(400, "MALFORMED", "points[0]: vector: found 2 components")
                        .json();
        assertThat(both.path("errors"))
                .extracting(e -> e.path("index").asInt())
                .containsExactly(0, 2, 3);

        String bad = "{'id':'b','vector':[1]},".repeat(50);
        assertThat(
                        client.post(path + "/points", "{'points':[" + bad + A + "]}")
                                .expect(422)
                                .json()
                                .path("errors"))
                .hasSize(PointBatch.BAD_MAX);
        client.send(
                        "POST",
                        path + "/points",
                        A.replace('\'', '"') + "\n{\"id\":\n",
                        "application/x-ndjson")
                .get()
                .expectProblem(400, "MALFORMED", "points[1]: body: found broken JSON");

        assertThat(records("omen.w-bad", 1)).hasSize(1);
        assertThat(endOffsets("omen.w-bad")).isEqualTo(1);
    }

    @Test
    void post_rulesOfTheCollection_areChecked() throws Exception {
        client.put(
                        "/collections/w-rules",
                        "{'dimension':2,'metric':'cosine','fields':{'price':'double'}}")
                .expect(201);
        String path = "/collections/w-rules/points";
        client.post(path, "{'points':[{'id':'a','vector':[0,0]}]}")
                .expectProblem(422, "INVALID", "vector: found a zero vector");
        client.post(path, "{'points':[{'id':'a','vector':[1,0],'metadata':{'price':'x'}}]}")
                .expectProblem(422, "INVALID", "metadata.price: found 'x', expected a number");
        client.post(
                        path,
                        "{'points':[{'id':'a','vector':[1,0],'sparse':{'indices':[1],'values':[1]}}]}")
                .expectProblem(422, "INVALID", "sparse: found a sparse vector");
    }

    @Test
    void post_tooMuch_is413() throws Exception {
        String path = running.collection("w-large");
        client.post(path + "/points", "{'points':[" + (A + ",").repeat(10_000) + A + "]}")
                .expectProblem(413, "TOO_LARGE", "found more than 10000");
        String text = "x".repeat(1_000_000);
        client.post(
                        path + "/points",
                        "{'points':[" + A + ",{'id':'b','vector':[1,2,3],'text':'" + text + "'}]}")
                .expectProblem(413, "TOO_LARGE", "points[1]: point: found 1000");
        assertThat(endOffsets("omen.w-large")).isZero();
    }

    @Test
    void post_wrongParametersOrTypes_areRefused() throws Exception {
        String path = running.collection("w-params");
        client.post(path + "/points?wait=maybe", "{'points':[]}")
                .expectProblem(400, "MALFORMED", "wait: found 'maybe'");
        client.post(path + "/points?sync=1", "{'points':[]}")
                .expectProblem(400, "MALFORMED", "sync: found an unknown query parameter");
        client.post(path + "/points?timeout_ms=0", "{'points':[]}")
                .expectProblem(422, "INVALID", "timeout_ms: found 0, expected 1 to 60000");
        client.post("/collections/nowhere/points", "{'points':[]}")
                .expectProblem(404, "NOT_FOUND", "nowhere does not exist");
    }

    /** What the producer knows of the topic is older than that; an id keeps its partition. */
    @Test
    void collectionMadeAgainWithMorePartitions_writesToAllOfThemAtOnce() throws Exception {
        String path = "/collections/w-wider";
        client.put(path, "{'dimension':3,'metric':'l2','partitions':1}").expect(201);
        client.post(path + "/points?wait=true", "{'points':[" + A + "]}").expect(200);
        client.delete(path).expect(202);
        client.put(path, "{'dimension':3,'metric':'l2','partitions':4}").expect(201);
        Map<String, String> partitions = new HashMap<>();
        for (int round = 0; round < 2; round++) {
            for (int i = 0; i < 20; i++) {
                String token =
                        client.post(
                                        path + "/points",
                                        "{'points':[{'id':'p" + i + "','vector':[1,2,3]}]}")
                                .expect(202)
                                .json()
                                .at("/tokens/0")
                                .asText();
                String partition = token.substring(0, token.indexOf(':'));
                String before = partitions.put("p" + i, partition);
                assertThat(before == null || before.equals(partition)).isTrue();
            }
        }
        assertThat(new HashSet<>(partitions.values())).hasSize(4);
        // All of which a strong search waits for.
        client.post(
                        path + "/points",
                        "{'points':[{'id':'p0','vector':[7,7,7]},{'id':'p1','vector':[7,7,7]},"
                                + "{'id':'p2','vector':[7,7,7]},{'id':'p3','vector':[7,7,7]}]}")
                .expect(202);
        assertThat(
                        client.post(
                                        path + "/search",
                                        "{'vector':[7,7,7],'k':4,'consistency':'strong'}")
                                .expect(200)
                                .json()
                                .at("/hits/3/distance")
                                .asDouble(-1))
                .isZero();
    }

    @Test
    void post_waitWhileNothingIsApplied_is504WithTheLag() throws Exception {
        String path = running.collection("w-late");
        client.post(path + "/points?wait=true", "{'points':[" + A + "]}").expect(200);
        running.job.pause();
        try {
            JsonNode late =
                    client.post(path + "/points?wait=true&timeout_ms=100", "{'points':[" + A + "]}")
                            .expectProblem(504, "TIMEOUT", "Not applied within 100 ms; 1 records")
                            .json();
            assertThat(late.at("/freshness/lag_records").asInt()).isEqualTo(1);
            assertThat(late.at("/freshness/lag_ms").asInt(-1)).isNotNegative();
            assertThat(late.path("waited_for")).hasSize(1);
            assertThat(late.path("detail").asText()).startsWith("Written, but not known to be");
            assertThat(late.path("accepted").asInt()).isEqualTo(1);
            assertThat(late.path("tokens")).isEqualTo(late.path("waited_for"));
        } finally {
            running.job.resume();
        }
    }

    @Test
    void delete_byIds_removesThem() throws Exception {
        String path = running.collection("w-delete");
        client.post(
                        path + "/points?wait=true",
                        "{'points':["
                                + A
                                + ",{'id':'b/c ä','vector':[1,2,3]},"
                                + "{'id':'d','vector':[1,2,3]}]}")
                .expect(200);

        client.get(path + "/points/b%2Fc%20%C3%A4").expect(200);
        client.delete(path + "/points/b%2Fc%20%C3%A4?wait=true").expect(200);
        client.get(path + "/points/b%2Fc%20%C3%A4")
                .expectProblem(404, "NOT_FOUND", "Point b/c ä does not exist");
        JsonNode deleted =
                client.post(path + "/points/delete?wait=true", "{'ids':['a','d','zzz']}")
                        .expect(200)
                        .json();
        assertThat(deleted.path("accepted").asInt()).isEqualTo(3);
        assertThat(count(path)).isZero();

        client.post(path + "/points/delete", "{'filters':{}}")
                .expectProblem(422, "INVALID", "filters: found an empty object");
        client.post(path + "/points/delete", "{'ids':['a'],'filters':{'a':1}}")
                .expectProblem(400, "MALFORMED", "found both ids and filters");
        client.post(path + "/points/delete", "{'ids':[1]}")
                .expectProblem(400, "MALFORMED", "ids[0]: found 1, expected a string");
        client.post(path + "/points/delete", "{}")
                .expectProblem(400, "MALFORMED", "ids: found nothing");
        client.post(path + "/points/delete", "{'ids':['']}")
                .expectProblem(422, "INVALID", "id: found 0 bytes");
    }

    private long count(String path) throws Exception {
        return client.post(path + "/count", "{}").expect(200).json().path("count").asLong(-1);
    }

    private List<ConsumerRecord<String, byte[]>> records(String topic, int atLeast) {
        List<ConsumerRecord<String, byte[]>> records = new ArrayList<>();
        try (KafkaConsumer<String, byte[]> consumer = consumer()) {
            List<TopicPartition> partitions =
                    List.of(new TopicPartition(topic, 0), new TopicPartition(topic, 1));
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            while (records.size() < atLeast) {
                consumer.poll(Duration.ofMillis(100)).forEach(records::add);
            }
        }
        return records;
    }

    private long endOffsets(String topic) {
        try (KafkaConsumer<String, byte[]> consumer = consumer()) {
            return consumer
                    .endOffsets(List.of(new TopicPartition(topic, 0), new TopicPartition(topic, 1)))
                    .values()
                    .stream()
                    .mapToLong(Long::longValue)
                    .sum();
        }
    }

    private KafkaConsumer<String, byte[]> consumer() {
        return new KafkaConsumer<>(
                Map.of("bootstrap.servers", bootstrap),
                new StringDeserializer(),
                new ByteArrayDeserializer());
    }
}
