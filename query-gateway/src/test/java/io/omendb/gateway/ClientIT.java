package io.omendb.gateway;

import static io.omendb.client.filter.Filters.eq;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.omendb.client.BatchingWriter;
import io.omendb.client.OmenClient;
import io.omendb.client.OmenClientException;
import io.omendb.client.OmenCollection;
import io.omendb.client.RetryPolicy;
import io.omendb.client.WriterOptions;
import io.omendb.client.collection.CollectionInfo;
import io.omendb.client.collection.CollectionSchema;
import io.omendb.client.collection.CollectionSpec;
import io.omendb.client.collection.CollectionSummary;
import io.omendb.client.collection.FieldType;
import io.omendb.client.collection.Metric;
import io.omendb.client.point.Point;
import io.omendb.client.point.StoredPoint;
import io.omendb.client.point.WriteOptions;
import io.omendb.client.point.Written;
import io.omendb.client.query.Consistency;
import io.omendb.client.query.Count;
import io.omendb.client.query.Found;
import io.omendb.client.query.Hit;
import io.omendb.client.query.Include;
import io.omendb.client.query.Search;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/** The Java client before a real gateway and a real broker. */
@ExtendWith(SharedBroker.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ClientIT {
    private RunningGateway running;
    private OmenClient client;

    @BeforeAll
    void start(SharedBroker.Running broker) throws Exception {
        running = new RunningGateway(broker);
        client = OmenClient.connect("http://127.0.0.1:" + running.gateway.port());
    }

    @AfterAll
    void stop() {
        client.close();
        running.close();
    }

    private OmenCollection collection(String name) {
        CollectionSchema unused =
                client.createCollection(
                        name,
                        CollectionSpec.of(3, Metric.L2).withField("category", FieldType.KEYWORD));
        return client.collection(name);
    }

    @Test
    void collections_areMadeFoundAndDropped() {
        CollectionSpec spec =
                CollectionSpec.of(3, Metric.COSINE)
                        .withField("price", FieldType.DOUBLE)
                        .withField("tags", FieldType.KEYWORDS)
                        .withIndex("flat")
                        .withPartitions(3);
        CollectionSchema made = client.createCollection("j-made", spec);
        assertThat(made.topic()).isEqualTo("omen.j-made");
        assertThat(made.fields()).containsEntry("tags", FieldType.KEYWORDS).hasSize(2);
        assertThat(made.partitions()).isEqualTo(3);
        assertThat(made.createdAt()).isNotNull();
        assertThat(client.createCollection("j-made", spec)).isEqualTo(made);
        assertThatThrownBy(() -> client.createCollection("j-made", CollectionSpec.of(4, Metric.L2)))
                .isInstanceOfSatisfying(
                        OmenClientException.class, e -> assertThat(e.code()).isEqualTo("CONFLICT"));

        Written unused =
                client.collection("j-made")
                        .upsert(List.of(Point.of("a", 1, 0, 0)), WriteOptions.SEARCHABLE);
        CollectionInfo info = client.describeCollection("j-made");
        assertThat(info.schema().metric()).isEqualTo(Metric.COSINE);
        assertThat(info.schema().index().kind()).isEqualTo("flat");
        assertThat(info.sizes().vectors()).isEqualTo(1);
        assertThat(info.sizes().shards()).hasSize(2);
        assertThat(info.sizes().freshness().lagRecords()).isZero();
        assertThat(client.listCollections())
                .contains(new CollectionSummary("j-made", 3, Metric.COSINE, 1L));

        client.dropCollection("j-made");
        assertThatThrownBy(() -> client.dropCollection("j-made"))
                .hasMessageContaining("404 NOT_FOUND");
        assertThatThrownBy(() -> client.collection("j-made").get("a"))
                .hasMessageContaining("404 NOT_FOUND");
    }

    @Test
    void points_areWrittenReadFoundCountedAndDeleted() throws Exception {
        OmenCollection points = collection("j-points");
        Written written =
                points.upsert(
                        List.of(
                                Point.of("ä/1 +?", 0, 0, 0)
                                        .withField("category", "x")
                                        .withField("n", 7)
                                        .withText("hi"),
                                Point.of("b", 0, 0, 3).withField("category", "y"),
                                Point.of("..", 0, 4, 0)));
        assertThat(written.accepted()).isEqualTo(3);
        assertThat(written.tokens()).isNotEmpty();

        Found found =
                points.search(
                        Search.builder(0, 0, 0)
                                .k(2)
                                .include(Include.DISTANCE, Include.METADATA, Include.VECTOR)
                                .consistency(Consistency.after(written))
                                .build());
        assertThat(found.ids()).containsExactly("ä/1 +?", "b");
        Hit first = found.hits().get(0);
        assertThat(first.metadata()).isEqualTo(Map.of("category", "x", "n", 7L));
        assertThat(first.text()).isEqualTo("hi");
        assertThat(first.vector()).isEqualTo(new float[] {0, 0, 0});
        assertThat(found.hits().get(1).distance()).isEqualTo(3.0);
        assertThat(found.shards().isPartial()).isFalse();
        assertThat(found.freshness().lagRecords()).isZero();

        StoredPoint read = points.get("ä/1 +?").orElseThrow();
        assertThat(read.metadata()).isEqualTo(first.metadata());
        assertThat(read.vector()).isEqualTo(new float[] {0, 0, 0});
        assertThat(points.get("b", Include.METADATA).orElseThrow().vector()).isNull();
        assertThat(points.get("none")).isEmpty();
        assertThat(points.async().get("none").get()).isEmpty();
        assertThatThrownBy(() -> client.collection("j-nowhere").get("a"))
                .hasMessageContaining("Collection j-nowhere does not exist");

        assertThat(points.search(Search.builder(0, 0, 0).filter(eq("category", "y")).build()).ids())
                .containsExactly("b");
        assertThat(points.count()).isEqualTo(3);
        assertThat(points.count(eq("category", "x"))).isEqualTo(1);
        assertThat(
                        points.searchBatch(
                                List.of(
                                        Search.of(new float[] {0, 0, 3}, 1),
                                        Search.of(new float[] {0, 4, 0}, 1))))
                .extracting(Found::ids)
                .containsExactly(List.of("b"), List.of(".."));

        Written deleted = points.delete(List.of("b", "..", "none"), WriteOptions.SEARCHABLE);
        assertThat(deleted.accepted()).isEqualTo(3);
        assertThat(points.count(Count.ALL.withConsistency(Consistency.strong())).count())
                .isEqualTo(1);
    }

    @Test
    void consistency_everyLevelIsUnderstood() {
        OmenCollection points = collection("j-levels");
        Written written = points.upsert(List.of(Point.of("a", 1, 1, 1)));
        for (Consistency level :
                List.of(
                        Consistency.after(written),
                        Consistency.strong(),
                        Consistency.boundedMs(0))) {
            Search search = Search.builder(1, 1, 1).consistency(level).build();
            assertThat(points.search(search).ids()).as("%s", level).containsExactly("a");
        }
        assertThat(
                        points.search(
                                        Search.builder(1, 1, 1)
                                                .consistency(Consistency.eventual())
                                                .build())
                                .ids())
                .containsExactly("a");
    }

    @Test
    void failures_carryTheServersWords() {
        OmenCollection points = collection("j-failures");
        OmenClientException wrong =
                catchThrowableOfType(
                        OmenClientException.class,
                        () ->
                                points.upsert(
                                        List.of(
                                                Point.of("a", 1, 2, 3),
                                                Point.of("b", 1),
                                                Point.of("c", 2))));
        assertThat(wrong.status()).isEqualTo(422);
        assertThat(wrong.code()).isEqualTo("INVALID");
        assertThat(wrong.problem().errors()).extracting(bad -> bad.index()).containsExactly(1, 2);
        assertThat(wrong.attempts()).isEqualTo(1);

        running.job.pause();
        try {
            Written behind = points.upsert(List.of(Point.of("a", 1, 2, 3)));
            OmenClientException late =
                    catchThrowableOfType(
                            OmenClientException.class,
                            () ->
                                    points.search(
                                            Search.builder(1, 2, 3)
                                                    .consistency(Consistency.after(behind))
                                                    .timeout(Duration.ofMillis(200))
                                                    .build()));
            assertThat(late.status()).isEqualTo(504);
            assertThat(late.code()).isEqualTo("TIMEOUT");
            assertThat(late.problem().document()).containsKeys("freshness", "waited_for");
        } finally {
            running.job.resume();
        }
    }

    @Test
    void shardThatIsAway_isComeBackTo() throws Exception {
        OmenCollection points = collection("j-away");
        Written unused = points.upsert(List.of(Point.of("a", 1, 1, 1)), WriteOptions.SEARCHABLE);
        try (OmenClient patient =
                OmenClient.builder("http://127.0.0.1:" + running.gateway.port())
                        .retries(RetryPolicy.DEFAULT.withAttemptsMax(60))
                        .connect()) {
            running.job.hide(0);
            CompletableFuture<Found> found;
            try {
                Await.until(
                        "the gateway misses a shard",
                        () ->
                                running.client
                                                .post(
                                                        "/collections/j-away/search",
                                                        "{'vector':[1,1,1],'timeout_ms':200}")
                                                .status()
                                        == 503);
                found =
                        patient.async()
                                .collection("j-away")
                                .search(Search.of(new float[] {1, 1, 1}, 1));
            } finally {
                running.job.unhide();
            }
            assertThat(found.get().ids()).containsExactly("a");
        }
    }

    @Test
    void writer_randomWrites_areTheLastOnesOfEachId() throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        OmenCollection points = collection("j-writer");
        Map<String, float[]> expected = new HashMap<>();
        List<CompletableFuture<Written>> writes = new ArrayList<>();
        CompletableFuture<Written> bad;
        WriterOptions options =
                WriterOptions.DEFAULT
                        .withBatchPoints(50)
                        .withLinger(Duration.ofMillis(2))
                        .withBufferBytes(100_000)
                        .withSearchable();
        BatchingWriter writer = points.writer(options);
        for (int i = 0; i < 3_000; i++) {
            String id = "p" + random.nextInt(200);
            if (random.nextInt(5) == 0) {
                writes.add(writer.delete(id));
                expected.remove(id);
            } else {
                float[] vector = {random.nextInt(100), i, 0};
                writes.add(writer.upsert(Point.of(id, vector)));
                expected.put(id, vector);
            }
        }
        bad = writer.upsert(Point.of("p0", 1, 2)); // two components
        OmenClientException told = catchThrowableOfType(OmenClientException.class, writer::close);

        assertThat(told).as("seed %d", seed).hasMessageStartingWith("1 writes failed");
        assertThatThrownBy(bad::get)
                .isInstanceOf(ExecutionException.class)
                .hasMessageContaining("422 INVALID: ");
        assertThat(writes)
                .as("seed %d", seed)
                .allMatch(write -> write.isDone() && !write.isCompletedExceptionally());
        Found all =
                points.search(
                        Search.builder(0, 0, 0)
                                .k(1_000)
                                .include(Include.VECTOR)
                                .exact()
                                .consistency(Consistency.strong())
                                .build());
        Map<String, float[]> stored = new HashMap<>();
        all.hits().forEach(hit -> stored.put(hit.id(), hit.vector()));
        assertThat(stored.keySet()).as("seed %d", seed).isEqualTo(expected.keySet());
        expected.forEach(
                (id, vector) ->
                        assertThat(stored.get(id)).as("seed %d: %s", seed, id).isEqualTo(vector));
    }
}
