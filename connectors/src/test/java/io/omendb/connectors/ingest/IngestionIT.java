package io.omendb.connectors.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.omendb.ErrorCode;
import io.omendb.connectors.broker.BrokerOptions;
import io.omendb.connectors.broker.BrokerProcess;
import io.omendb.connectors.format.RecordFormat;
import io.omendb.connectors.producer.OmenProducer;
import io.omendb.flink.discovery.JobShardDirectory;
import io.omendb.protocol.ShardAddress;
import io.omendb.protocol.catalogue.CatalogueFollower;
import io.omendb.protocol.catalogue.CatalogueWriter;
import io.omendb.protocol.catalogue.GenerationHeader;
import io.omendb.protocol.v1.CountRequest;
import io.omendb.protocol.v1.GetRequest;
import io.omendb.protocol.v1.Include;
import io.omendb.protocol.v1.Point;
import io.omendb.protocol.v1.SearchRequest;
import io.omendb.protocol.v1.ShardServiceGrpc;
import io.omendb.record.PatchJson;
import io.omendb.record.PointPatch;
import io.omendb.record.StrictJson;
import io.omendb.record.arrow.ArrowPointWriter;
import io.omendb.schema.CollectionSchema;
import io.omendb.schema.FieldType;
import io.omendb.schema.Metric;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.util.SerializedValue;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClient;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * The write path with a real broker and a real Flink cluster: topics in, rows in shards, dead
 * letters out.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class IngestionIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private BrokerProcess broker;
    private MiniCluster cluster;
    private JobShardDirectory directory;
    private CatalogueFollower catalogue;
    private CatalogueWriter catalogueWriter;
    private KafkaProducer<byte[], byte[]> producer;
    private final Map<String, ManagedChannel> channels = new HashMap<>();

    @BeforeAll
    void start(@TempDir Path dir) throws Exception {
        broker = BrokerProcess.start(BrokerOptions.in(dir.resolve("kafka")));
        Configuration config = new Configuration();
        config.setString("state.backend.type", "io.omendb.state.OmenStateBackendFactory");
        config.setString("execution.checkpointing.interval", "200 ms");
        config.setString("execution.checkpointing.storage", "filesystem");
        config.setString(
                "execution.checkpointing.dir", dir.resolve("checkpoints").toUri().toString());
        config.setString("restart-strategy.type", "fixed-delay");
        config.setString("restart-strategy.fixed-delay.attempts", "10");
        config.setString("restart-strategy.fixed-delay.delay", "100 ms");
        config.setString("rest.port", "0");
        cluster =
                new MiniCluster(
                        new MiniClusterConfiguration.Builder()
                                .setConfiguration(config)
                                .setNumTaskManagers(1)
                                .setNumSlotsPerTaskManager(2)
                                .build());
        cluster.start();
        Properties producing = new Properties();
        producing.put("bootstrap.servers", broker.bootstrapServers());
        producing.put("acks", "all");
        producing.put("linger.ms", 0); // each is waited for
        producer =
                new KafkaProducer<>(
                        producing, new ByteArraySerializer(), new ByteArraySerializer());
        try (Admin admin = Admin.create(producing)) {
            admin.createTopics(
                            List.of(
                                    new NewTopic("shop.items", 1, (short) 1),
                                    new NewTopic("shop.floats", 3, (short) 1),
                                    new NewTopic("shop.prices", 1, (short) 1)))
                    .all()
                    .get();
        }
        for (int i = 0; i < 100; i++) {
            send("shop.items", "early" + i, json("early" + i, i), null);
        }
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment(config);
        env.setParallelism(2);
        env.setMaxParallelism(128);
        // Fewer readers than shards, as omen up has on two processors.
        IngestionJob.build(env, options());
        var graph = env.getStreamGraph().getJobGraph();
        cluster.submitJob(graph).get();
        directory =
                JobShardDirectory.open(
                        request ->
                                cluster.deliverCoordinationRequestToCoordinator(
                                        graph.getJobID(),
                                        IngestionJob.VECTORS_UID,
                                        new SerializedValue<>(request)));
        catalogue = CatalogueFollower.open(broker.bootstrapServers());
        catalogueWriter = CatalogueWriter.open(broker.bootstrapServers(), catalogue);
    }

    private IngestionOptions options() {
        return new IngestionOptions(
                broker.bootstrapServers(),
                List.of(
                        new TopicMapping("shop.items", "mapped", RecordFormat.JSON),
                        new TopicMapping("shop.floats", "mapped", RecordFormat.F32),
                        new TopicMapping("shop.prices", "priced", RecordFormat.PATCH)),
                MissingRecords.FAIL,
                1);
    }

    @AfterAll
    void stop() throws Exception {
        channels.values().forEach(ManagedChannel::shutdownNow);
        producer.close();
        catalogueWriter.close();
        catalogue.close();
        directory.close();
        cluster.close();
        broker.close();
    }

    @Test
    void records_ofBothFormats_areAppliedOnceWithTheLatestValue() throws Exception {
        create("both", Map.of("n", FieldType.LONG));
        for (int i = 0; i < 1000; i++) {
            send("omen.both", "id" + i % 400, json("id" + i % 400, i), "json");
        }
        send("omen.both", "id7", null, null);
        ProducerRecord<byte[], byte[]> floats = record("omen.both", "floats", floats(5, 5), "f32");
        floats.headers().add(new RecordHeader("omen-metadata", utf8("{\"n\":77}")));
        producer.send(floats).get();
        await(() -> count("both", "") == 400 && count("both", "{\"n\":77}") == 1);
        assertThat(count("both", "{\"n\":{\"$gte\":800}}")).isEqualTo(199);
        assertThat(get("both", "id7")).isEmpty();
        assertThat(get("both", "id399")).hasSize(1);
        assertThat(get("both", "id399").get(0).getMetadataJson().toStringUtf8())
                .isEqualTo("{\"n\":799}");
        assertThat(search("both", 5, 5, 1)).extracting(Point::getId).containsExactly("floats");
    }

    /** What was in the topic before there was a collection to read it for is not lost. */
    @Test
    void mappedTopics_areReadFromTheirBeginning_onceTheirCollectionExists() throws Exception {
        create("pilot", Map.of());
        send("omen.pilot", "a", json("a", 1), "json");
        await(() -> count("pilot", "") == 1); // the job has seen every topic by now
        send("shop.floats", "floats", floats(5, 5), null);
        create("mapped", Map.of("n", FieldType.LONG));
        await(() -> count("mapped", "") == 101);
        assertThat(count("mapped", "{\"n\":{\"$gte\":90}}")).isEqualTo(10);
        // One that has no place of its own: both topics and the collection's own write to it.
        send("omen.mapped", "own", json("own", 1), "json");
        send("shop.floats", "poison", utf8("123"), null);
        send("shop.items", "early0", null, null);
        await(() -> count("mapped", "") == 101 && get("mapped", "early0").isEmpty());
        assertThat(read("omen.mapped.dlq", 1))
                .singleElement()
                .satisfies(
                        record ->
                                assertThat(header(record, "omen-dlq-topic"))
                                        .isEqualTo("shop.floats"));
    }

    /** Points and what changes of them more often, each on a topic of its own. */
    @Test
    void patches_changePoints_fromTheCollectionsTopicAndFromAMappedOne() throws Exception {
        create("priced", Map.of("price", FieldType.DOUBLE, "n", FieldType.LONG));
        send("omen.priced", "a", json("a", 1), "json");
        send("omen.priced", "b", json("b", 2), "json");
        await(() -> count("priced", "") == 2);

        send("shop.prices", "a", utf8("{\"metadata\":{\"price\":9.5}}"), null);
        send("shop.prices", "nobody", utf8("{\"metadata\":{\"price\":1}}"), null);
        send("shop.prices", "b", utf8("{\"metadata\":{\"price\":\"dear\"}}"), null);
        send("omen.priced", "b", utf8("{\"metadata\":{\"n\":null},\"vector\":[7,7]}"), "patch");

        await(() -> count("priced", "{\"price\":9.5}") == 1);
        await(() -> metadata("priced", "b").equals("{}"));
        assertThat(metadata("priced", "a")).isEqualTo("{\"n\":1,\"price\":9.5}");
        assertThat(search("priced", 7, 7, 1)).extracting(Point::getId).containsExactly("b");
        assertThat(count("priced", "")).as("a patch makes no point").isEqualTo(2);
        assertThat(read("omen.priced.dlq", 1))
                .singleElement()
                .satisfies(
                        record ->
                                assertThat(header(record, "omen-dlq-reason"))
                                        .startsWith("metadata.price: found \"dear\""));

        try (OmenProducer producing = OmenProducer.open(broker.bootstrapServers(), "priced")) {
            producing.send("c", new float[] {3, 3});
            producing.patch(
                    PointPatch.ofMetadata("c", StrictJson.object(utf8("{\"n\":3}"), "metadata")));
            producing.flush();
            assertThatThrownBy(() -> producing.patch(PatchJson.read(utf8("{\"vector\":[1]}"), "c")))
                    .hasMessageContaining("found 1 components");
        }
        await(() -> count("priced", "{\"n\":3}") == 1);
    }

    /** Its failure would be the job's, and take all shards down that need no Kafka. */
    @Test
    void topics_whileKafkaDoesNotTell_areThoseItToldLast() {
        TopicSubscriber subscriber = new TopicSubscriber(options());
        try (AdminClient there =
                        AdminClient.create(Map.of("bootstrap.servers", broker.bootstrapServers()));
                AdminClient away =
                        AdminClient.create(
                                Map.of(
                                        "bootstrap.servers",
                                        "127.0.0.1:1",
                                        "default.api.timeout.ms",
                                        200,
                                        "request.timeout.ms",
                                        100))) {
            assertThatThrownBy(() -> subscriber.getSubscribedTopicPartitions(away))
                    .as("before anything is known")
                    .isInstanceOf(RuntimeException.class);
            Set<TopicPartition> told = subscriber.getSubscribedTopicPartitions(there);
            assertThat(told).isNotEmpty();
            assertThat(subscriber.getSubscribedTopicPartitions(away)).containsAll(told);
        }
    }

    @Test
    void poisonRecords_goToTheDeadLetterTopic_andTheJobGoesOn() throws Exception {
        create("poison", Map.of());
        send("omen.poison", "a", utf8("not json"), "json");
        send("omen.poison", "b", utf8("{\"id\":\"b\",\"vector\":[1,2,3]}"), "json");
        send("omen.poison", "c", floats(1, Float.NaN), "f32");
        send("omen.poison", "d", utf8("{\"id\":\"x\",\"vector\":[1,2]}"), "json");
        send("omen.poison", "e", json("e", 1), "protobuf");
        send("omen.poison", "t", utf8("{\"id\":\"t\",\"text\":\"no vector\"}"), "json");
        send("omen.poison", "f", json("f", 1), "json");
        await(() -> count("poison", "") == 1);
        List<ConsumerRecord<byte[], byte[]>> dead = read("omen.poison.dlq", 6);
        assertThat(dead)
                .extracting(record -> new String(record.key(), StandardCharsets.UTF_8))
                .containsExactlyInAnyOrder("a", "b", "c", "d", "e", "t");
        assertThat(dead)
                .allSatisfy(
                        record -> {
                            assertThat(header(record, "omen-dlq-topic")).isEqualTo("omen.poison");
                            assertThat(header(record, "omen-dlq-partition")).isNotBlank();
                            assertThat(header(record, "omen-dlq-offset")).isNotBlank();
                            assertThat(header(record, "omen-dlq-reason")).isNotBlank();
                        });
        assertThat(dead)
                .filteredOn(record -> record.key()[0] == 'b')
                .first()
                .satisfies(
                        record ->
                                assertThat(header(record, "omen-dlq-reason"))
                                        .contains("found 3")
                                        .contains("dimension 2"));
        assertThat(dead)
                .filteredOn(record -> record.key()[0] == 't')
                .first()
                .satisfies(
                        record ->
                                assertThat(header(record, "omen-dlq-reason"))
                                        .contains("vector: found nothing")
                                        .contains("texts are embedded by gateways"));
    }

    @Test
    void batches_areSplitByShard_andKeepTheirPlaceAmongOtherWrites() throws Exception {
        create("batches", Map.of("n", FieldType.LONG));
        try (OmenProducer batches = OmenProducer.open(broker.bootstrapServers(), "batches")) {
            List<CompletableFuture<String>> tokens = new ArrayList<>();
            for (int i = 0; i < 5_000; i++) {
                tokens.add(batches.send(point("id" + i % 3_000, i, "{\"n\":" + i + "}")));
            }
            // Nested metadata is no column: such a point travels alone, in its place.
            tokens.add(batches.send(point("id7", 1, "{\"n\":1,\"deep\":{\"er\":2}}")));
            tokens.add(batches.delete("id8"));
            tokens.add(batches.send("id9", new float[] {9, 9}));
            batches.flush();
            for (CompletableFuture<String> token : tokens) {
                assertThat(token.join()).matches("omen\\.batches-\\d+:\\d+");
            }
            assertThatThrownBy(() -> batches.send("x", new float[] {1, 2, 3}))
                    .hasMessageContaining("found 3 components");
            assertThatThrownBy(() -> batches.send("", new float[] {1, 2}))
                    .hasMessageContaining("id: found 0 bytes");
        }
        await(() -> count("batches", "") == 2_999 && get("batches", "id8").isEmpty());
        // Other partitions may be behind the one that id8 is in.
        await(() -> metadata("batches", "id7").contains("deep"));
        await(() -> metadata("batches", "id9").isEmpty());
        assertThat(stubs())
                .allSatisfy(stub -> assertThat(countOf(stub, "batches")).isGreaterThan(1_000));
        assertThat(metadata("batches", "id2500")).isEqualTo("{\"n\":2500}");
        assertThat(metadata("batches", "id1499")).isEqualTo("{\"n\":4499}");
        assertThat(metadata("batches", "id7")).isEqualTo("{\"n\":1,\"deep\":{\"er\":2}}");
        assertThat(metadata("batches", "id9")).isEmpty();
        assertThatThrownBy(() -> OmenProducer.open(broker.bootstrapServers(), "nowhere"))
                .hasMessageContaining("no collection nowhere");
    }

    /**
     * Its points would be acknowledged, and passed over: they say that they are for the old one.
     */
    @Test
    void producer_ofACollectionMadeAgain_isRefused() throws Exception {
        create("remade", Map.of());
        try (OmenProducer old = OmenProducer.open(broker.bootstrapServers(), "remade")) {
            old.send("before", new float[] {1, 1});
            old.flush();
            await(() -> count("remade", "") == 1);
            old.send("meanwhile", new float[] {1, 1});
            catalogueWriter.drop("remade");
            assertThatThrownBy(old::flush)
                    .hasMessageContaining("collection remade was dropped since this producer");
            create("remade", Map.of());
            assertThatThrownBy(old::flush)
                    .hasMessageContaining("was dropped and made again")
                    .extracting("code")
                    .isEqualTo(ErrorCode.CONFLICT);
            assertThatThrownBy(() -> old.send("after", new float[] {1, 1}))
                    .hasMessageContaining("Open a new producer");
            assertThatThrownBy(() -> old.delete("after"))
                    .hasMessageContaining("Open a new producer");
        }
        ProducerRecord<byte[], byte[]> late =
                record("omen.remade", "late", json("late", 1), "json");
        late.headers().add(GenerationHeader.of(1));
        producer.send(late).get();
        try (OmenProducer fresh = OmenProducer.open(broker.bootstrapServers(), "remade")) {
            fresh.send("late", new float[] {2, 2});
            fresh.send("fresh", new float[] {1, 1});
            fresh.flush();
        }
        await(() -> count("remade", "") == 2);
        assertThat(get("remade", "late").get(0).getMetadataJson().isEmpty())
                .as("that of the record for the collection before has some")
                .isTrue();
    }

    @Test
    void badBatch_goesToTheDeadLetterTopicWhole() throws Exception {
        create("badbatch", Map.of());
        byte[] bad;
        byte[] good;
        try (ArrowPointWriter writer = new ArrowPointWriter(2)) {
            writer.add(utf8("a"), new float[] {1, 1}, null, null);
            writer.add(utf8("b"), new float[] {1, Float.NaN}, null, null);
            bad = writer.finish();
            writer.add(utf8("c"), new float[] {9, 9}, null, null);
            // Of two rows of one id in a record the later one counts.
            writer.add(utf8("c"), new float[] {1, 1}, null, null);
            good = writer.finish();
        }
        sendBatch("omen.badbatch", null, bad);
        sendBatch("omen.badbatch", utf8("key"), good);
        sendBatch("omen.badbatch", null, new byte[1_048_000]);
        sendBatch("omen.badbatch", null, good);
        await(() -> count("badbatch", "") == 1);
        assertThat(search("badbatch", 1, 1, 1).get(0).getDistance()).isZero();
        List<ConsumerRecord<byte[], byte[]>> dead = read("omen.badbatch.dlq", 3);
        assertThat(dead)
                .extracting(record -> header(record, "omen-dlq-reason"))
                .satisfiesExactlyInAnyOrder(
                        reason -> assertThat(reason).contains("row 1: vector[1]: found NaN"),
                        reason -> assertThat(reason).contains("key: found one"),
                        reason ->
                                assertThat(reason)
                                        .contains("arrow: found bytes that cannot be read"));
        assertThat(dead)
                .filteredOn(record -> record.headers().lastHeader("omen-dlq-value-bytes") != null)
                .singleElement()
                .satisfies(
                        record ->
                                assertThat(header(record, "omen-dlq-value-bytes"))
                                        .isEqualTo("1048000"));
    }

    @Test
    void newCollection_whileTheJobRuns_isPickedUp() throws Exception {
        create("late", Map.of());
        send("omen.late", "a", json("a", 1), "json");
        long start = System.nanoTime();
        await(() -> count("late", "") == 1);
        System.out.printf(
                "new collection searchable after %d ms%n", (System.nanoTime() - start) / 1_000_000);
    }

    @Test
    void committed_countsWhatACheckpointHolds() throws Exception {
        create("kept", Map.of());
        for (int round = 1; round <= 5; round++) {
            int rows = 20 * round;
            for (int i = rows - 20; i < rows; i++) {
                send("omen.kept", "id" + i, json("id" + i, i), "json");
            }
            await(
                    () -> {
                        // Asked first, so that what is visible cannot have grown in between.
                        long committed = count("kept", "", true);
                        long visible = count("kept", "", false);
                        assertThat(committed).isLessThanOrEqualTo(visible);
                        return visible == rows;
                    });
            await(() -> count("kept", "", true) == rows);
        }
    }

    @Test
    void dropAndCreateAgain_leavesNothingOfTheOldCollection() throws Exception {
        create("again", Map.of());
        for (int i = 0; i < 50; i++) {
            send("omen.again", "id" + i, json("id" + i, i), "json");
        }
        await(() -> count("again", "") == 50);
        catalogueWriter.drop("again");
        await(() -> count("again", "") == 0);
        create("again", Map.of());
        send("omen.again", "fresh", json("fresh", 1), "json");
        await(() -> count("again", "") == 1);
        assertThat(search("again", 0, 0, 10)).extracting(Point::getId).containsExactly("fresh");
    }

    private void create(String name, Map<String, FieldType> fields) throws Exception {
        catalogueWriter.create(CollectionSchema.of(name, 2, Metric.L2).withFields(fields));
    }

    private static io.omendb.record.Point point(String id, int n, String metadata) {
        return io.omendb.record.Point.of(id, n, 1)
                .withMetadata(StrictJson.object(utf8(metadata), "metadata"));
    }

    private void sendBatch(String topic, byte[] key, byte[] value) throws Exception {
        ProducerRecord<byte[], byte[]> record = new ProducerRecord<>(topic, 0, key, value);
        record.headers().add(new RecordHeader("omen-format", utf8("arrow")));
        producer.send(record).get();
    }

    private static long countOf(ShardServiceGrpc.ShardServiceBlockingStub stub, String collection) {
        return stub.count(CountRequest.newBuilder().setCollection(collection).build()).getCount();
    }

    private String metadata(String collection, String id) {
        return get(collection, id).get(0).getMetadataJson().toStringUtf8();
    }

    private static byte[] json(String id, int n) {
        return utf8(
                "{\"id\":\"" + id + "\",\"vector\":[" + n + ",1],\"metadata\":{\"n\":" + n + "}}");
    }

    private static byte[] floats(float... values) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return bytes.array();
    }

    private void send(String topic, String key, byte[] value, String format) throws Exception {
        producer.send(record(topic, key, value, format)).get();
    }

    private static ProducerRecord<byte[], byte[]> record(
            String topic, String key, byte[] value, String format) {
        ProducerRecord<byte[], byte[]> record = new ProducerRecord<>(topic, utf8(key), value);
        if (format != null) {
            record.headers().add(new RecordHeader("omen-format", utf8(format)));
        }
        return record;
    }

    private long count(String collection, String filter) {
        return count(collection, filter, false);
    }

    private long count(String collection, String filter, boolean committed) {
        return stubs().stream()
                .mapToLong(
                        stub ->
                                stub.count(
                                                CountRequest.newBuilder()
                                                        .setCollection(collection)
                                                        .setFilterJson(filter)
                                                        .setCommitted(committed)
                                                        .build())
                                        .getCount())
                .sum();
    }

    private List<Point> get(String collection, String id) {
        return stubs().stream()
                .flatMap(
                        stub ->
                                stub
                                        .get(
                                                GetRequest.newBuilder()
                                                        .setCollection(collection)
                                                        .addIds(id)
                                                        .setInclude(
                                                                Include.newBuilder()
                                                                        .setMetadata(true))
                                                        .build())
                                        .getPointsList()
                                        .stream())
                .toList();
    }

    private List<Point> search(String collection, float x, float y, int k) {
        List<Point> hits = new ArrayList<>();
        for (ShardServiceGrpc.ShardServiceBlockingStub stub : stubs()) {
            hits.addAll(
                    stub.search(
                                    SearchRequest.newBuilder()
                                            .setCollection(collection)
                                            .setVector(ByteString.copyFrom(floats(x, y)))
                                            .setK(k)
                                            .build())
                            .getHitsList());
        }
        hits.sort(java.util.Comparator.comparingDouble(Point::getDistance));
        return hits.subList(0, Math.min(k, hits.size()));
    }

    private List<ShardServiceGrpc.ShardServiceBlockingStub> stubs() {
        List<ShardAddress> shards = directory.shards();
        if (shards.size() < 2) {
            return List.of();
        }
        return shards.stream()
                .map(
                        shard ->
                                channels.computeIfAbsent(
                                        shard.target(),
                                        target ->
                                                NettyChannelBuilder.forTarget(target)
                                                        .usePlaintext()
                                                        .build()))
                .map(
                        channel ->
                                ShardServiceGrpc.newBlockingStub(channel)
                                        .withDeadlineAfter(10, TimeUnit.SECONDS))
                .toList();
    }

    private List<ConsumerRecord<byte[], byte[]>> read(String topic, int records) {
        Properties consuming = new Properties();
        consuming.put("bootstrap.servers", broker.bootstrapServers());
        List<ConsumerRecord<byte[], byte[]>> found = new ArrayList<>();
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(
                        consuming, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            TopicPartition partition = new TopicPartition(topic, 0);
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            long deadline = System.nanoTime() + PATIENCE.toNanos();
            while (found.size() < records && System.nanoTime() < deadline) {
                consumer.poll(Duration.ofMillis(100)).forEach(found::add);
            }
        }
        assertThat(found).hasSize(records);
        return found;
    }

    private static String header(ConsumerRecord<byte[], byte[]> record, String name) {
        return new String(record.headers().lastHeader(name).value(), StandardCharsets.UTF_8);
    }

    private static void await(Callable<Boolean> condition) throws Exception {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.call()) {
            assertThat(System.nanoTime()).as("waited %s", PATIENCE).isLessThan(deadline);
            LockSupport.parkNanos(2_000_000);
        }
    }

    private static byte[] utf8(String value) {
        return value.getBytes(StandardCharsets.UTF_8);
    }
}
