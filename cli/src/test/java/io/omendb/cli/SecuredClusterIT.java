package io.omendb.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.omendb.cli.client.GatewayAccess;
import io.omendb.cli.client.GatewayClient;
import io.omendb.client.tls.ClientCertificate;
import io.omendb.connectors.ingest.IngestionJob;
import io.omendb.connectors.ingest.IngestionOptions;
import io.omendb.connectors.ingest.MissingRecords;
import io.omendb.gateway.Gateway;
import io.omendb.gateway.GatewayOptions;
import io.omendb.gateway.access.ApiKey;
import io.omendb.gateway.access.KeyFileEditor;
import io.omendb.gateway.access.KeyHash;
import io.omendb.gateway.access.Permission;
import io.omendb.gateway.access.Scope;
import io.omendb.protocol.ShardAddress;
import io.omendb.protocol.ShardDirectory;
import io.omendb.protocol.catalogue.CatalogueFollower;
import io.omendb.protocol.kafka.KafkaSettings;
import io.omendb.tls.PrivateCa;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.runtime.jobgraph.JobGraph;
import org.apache.flink.runtime.jobmaster.JobResult;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.graph.StreamGraph;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Everything secured at once: a Kafka that wants a password over TLS and allows job and gateway no
 * more than each needs, a Flink cluster whose REST interface and whose inside speak mutual TLS, and
 * a gateway, a process of its own, that wants keys and certificates itself.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SecuredClusterIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String GATEWAY_PASSWORD = "geheim-of-the-gateway";
    private static final String JOB_PASSWORD = "geheim-of-the-job";

    /** What a wrong password may take; Kafka's clients alone would try for minutes. */
    private static final Duration SAID_WITHIN = Duration.ofSeconds(60);

    private Path dir;
    private SecuredBroker broker;
    private Admin admin;
    private MiniCluster cluster;
    private Process process;
    private Path log;
    private GatewayClient gateway;
    private Path fromFile;
    private SecuredFlink flink;
    private PrivateCa ca;
    private String key;

    @BeforeAll
    void start(@TempDir Path folder) throws Exception {
        dir = folder;
        flink = SecuredFlink.in(Files.createDirectories(dir.resolve("flink")));
        cluster = flink.cluster();
        CompletableFuture<Void> clusterStarted = CompletableFuture.runAsync(this::startCluster);
        broker = SecuredBroker.start(dir);
        admin = broker.admin();
        broker.password(admin, SecuredBroker.GATEWAY, GATEWAY_PASSWORD);
        broker.password(admin, SecuredBroker.JOB, JOB_PASSWORD);
        broker.allow(admin);
        Path secrets =
                Files.writeString(
                        dir.resolve("secrets.properties"),
                        "gateway=" + GATEWAY_PASSWORD + "\njob=" + JOB_PASSWORD + "\n");
        fromFile =
                broker.settings(
                        "from-file.properties",
                        SecuredBroker.GATEWAY,
                        "${file:" + secrets + ":gateway}");
        clusterStarted.get();
        startGateway();
        await(() -> admin.listTopics().names().get().contains("omen_catalogue"));
        submit(
                broker.settings("job.properties", SecuredBroker.JOB, "${file:" + secrets + ":job}"),
                SecuredFlink.SHARDS);
        gateway = client();
        await(gateway::isReady);
    }

    private void startCluster() {
        try {
            cluster.start();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private JobGraph submit(Path kafka, int parallelism) throws Exception {
        StreamExecutionEnvironment env =
                StreamExecutionEnvironment.getExecutionEnvironment(new Configuration());
        env.setParallelism(parallelism);
        env.setMaxParallelism(128);
        IngestionJob.build(
                env,
                new IngestionOptions(
                        KafkaSettings.of(null, kafka.toString()),
                        List.of(),
                        MissingRecords.FAIL,
                        1));
        StreamGraph graph = env.getStreamGraph();
        graph.setJobName(IngestionJob.NAME);
        JobGraph job = graph.getJobGraph();
        cluster.submitJob(job).get();
        return job;
    }

    /** As in a container: everything is in its environment. */
    private void startGateway() throws Exception {
        Path settings =
                broker.settings(
                        "gateway.properties", SecuredBroker.GATEWAY, "${env:GATEWAY_PASSWORD}");
        log = dir.resolve("gateway.log");
        process =
                RunningOmen.start(
                        log,
                        Map.of(
                                "OMEN_KAFKA_CONFIG",
                                settings.toString(),
                                "GATEWAY_PASSWORD",
                                GATEWAY_PASSWORD),
                        "gateway",
                        "--flink",
                        cluster.getRestAddress().get().toString(),
                        "--flink-config",
                        flink.configuration().toString(),
                        "--config",
                        own().toString(),
                        "--port",
                        "0");
    }

    /** What the gateway wants of its own clients. */
    private Path own() throws Exception {
        ca =
                PrivateCa.in(Files.createDirectories(dir.resolve("own")))
                        .issue("own", "-ext", "san=ip:127.0.0.1");
        Path keys = dir.resolve("keys.yaml");
        key = KeyHash.newKey();
        KeyFileEditor.add(
                keys,
                new ApiKey(
                        "test",
                        KeyHash.of(key),
                        EnumSet.of(Permission.READ, Permission.WRITE, Permission.MANAGE),
                        Scope.ALL,
                        null));
        return Files.writeString(
                dir.resolve("gateway.yaml"),
                "gateway: {api_keys: %s, tls: {certificate: %s, key: %s, client_ca: %s}}"
                        .formatted(keys, ca.certificate("own"), ca.key("own"), ca.certificate()));
    }

    private GatewayClient client() throws Exception {
        String url = url();
        assertThat(url).startsWith("https://");
        return new GatewayClient(
                GatewayAccess.of(url)
                        .withCa(
                                ca.certificate(),
                                ClientCertificate.read(ca.certificate("own"), ca.key("own")))
                        .withApiKey(key));
    }

    private String url() throws Exception {
        String marker = "gateway listens on ";
        await(() -> RunningOmen.read(log).contains(marker));
        return RunningOmen.read(log)
                .lines()
                .filter(line -> line.startsWith(marker))
                .findFirst()
                .orElseThrow()
                .substring(marker.length());
    }

    @AfterAll
    void stop() throws Exception {
        process.destroy();
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        cluster.close();
        admin.close();
        broker.close();
    }

    @Test
    void everything_works_withWhatTheTableAllows() throws Exception {
        send("PUT", "/collections/safe", "{\"dimension\":2,\"metric\":\"l2\",\"partitions\":2}");
        send("POST", "/collections/safe/points", "{\"points\":[{\"id\":\"a\",\"vector\":[1,2]}]}");
        Path file =
                Files.writeString(dir.resolve("more.ndjson"), "{\"id\":\"b\",\"vector\":[2,2]}\n");
        Outcome ingested =
                run(
                        "ingest",
                        "--collection",
                        "safe",
                        "--kafka-config",
                        fromFile.toString(),
                        file.toString());
        assertThat(ingested.code).as(ingested.error).isZero();
        String search = "{\"vector\":[1,2],\"k\":5}";
        await(() -> send("POST", "/collections/safe/search", search).path("hits").size() == 2);

        try (KafkaProducer<String, String> producer =
                new KafkaProducer<>(
                        Map.of("bootstrap.servers", broker.openServers()),
                        new StringSerializer(),
                        new StringSerializer())) {
            producer.send(new ProducerRecord<>("omen.safe", "bad", "no JSON")).get();
        }
        assertThat(deadLetter("omen.safe.dlq").key()).isEqualTo("bad");

        send("POST", "/api/v2/tenants/default_tenant/databases", "{\"name\":\"of-chroma\"}");
        send("PUT", "/collections/safe", "{\"dimension\":2,\"metric\":\"l2\",\"partitions\":2}");
        send("DELETE", "/collections/safe", null);
        assertThat(RunningOmen.read(log)).doesNotContain(GATEWAY_PASSWORD);
    }

    @Test
    void certificate_doesWithoutAPassword() throws Exception {
        KafkaSettings mutual = KafkaSettings.of(null, broker.mutualSettings().toString());
        try (CatalogueFollower catalogue = CatalogueFollower.open(mutual.clientConfig())) {
            catalogue.awaitCaughtUp(Duration.ofSeconds(30));
            assertThat(catalogue.problem()).isEmpty();
        }
    }

    @Test
    void shards_answerNobodyInPlainText_norDoesFlink() throws Exception {
        flink.assertPlainTextIsRefused(cluster.getRestAddress().get());
    }

    private ConsumerRecord<String, String> deadLetter(String topic) {
        try (KafkaConsumer<String, String> consumer =
                new KafkaConsumer<>(
                        Map.of("bootstrap.servers", broker.openServers()),
                        new StringDeserializer(),
                        new StringDeserializer())) {
            TopicPartition partition = new TopicPartition(topic, 0);
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
            while (System.nanoTime() < deadline) {
                for (ConsumerRecord<String, String> read : consumer.poll(Duration.ofMillis(100))) {
                    return read;
                }
            }
        }
        throw new AssertionError("no dead letter in " + topic);
    }

    @Test
    @Timeout(value = 3, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void wrongPassword_isSaidInOneLine() throws Exception {
        String wrong =
                broker.settings("wrong.properties", SecuredBroker.JOB, "of-somebody-else")
                        .toString();
        long start = System.nanoTime();
        for (Outcome outcome :
                List.of(
                        run(
                                "gateway",
                                "--port",
                                "0",
                                "--kafka-config",
                                wrong,
                                "--flink",
                                "http://127.0.0.1:1"),
                        run("ingest", "--collection", "c", "--kafka-config", wrong, "f.ndjson"))) {
            assertThat(outcome.code).isEqualTo(1);
            assertThat(outcome.error.lines().filter(line -> line.startsWith("omen: ")))
                    .singleElement()
                    .asString()
                    .contains("Kafka refuses the credentials: Authentication failed");
            assertThat(outcome.error).doesNotContain("of-somebody-else", "\tat ");
        }
        JobGraph job = submit(Path.of(wrong), 1);
        JobResult result = cluster.requestJobResult(job.getJobID()).get();
        assertThat(result.getSerializedThrowable().orElseThrow().getFullStringifiedStackTrace())
                .contains("Authentication failed")
                .doesNotContain("of-somebody-else");
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(SAID_WITHIN);
    }

    /** One that was started without looking, as by a program of its own. */
    @Test
    void gatewayThatIsRefused_saysWhy_andWorksOnceItIsLetIn() throws Exception {
        Path password = dir.resolve("late.password");
        Files.writeString(password, "password=too early\n");
        Path settings =
                broker.settings(
                        "late.properties", SecuredBroker.LATE, "${file:" + password + ":password}");
        try (Gateway refused =
                Gateway.start(
                        GatewayOptions.of("")
                                .withPort(0)
                                .withKafka(
                                        KafkaSettings.of(null, settings.toString()).clientConfig()),
                        new NoShards())) {
            String url = "http://127.0.0.1:" + refused.port();
            await(() -> get(url + "/health/ready").contains("Kafka refuses the credentials"));
            assertThatThrownBy(() -> new GatewayClient(url).send("GET", "/collections/none", null))
                    .hasMessageContaining("Kafka refuses the credentials");

            broker.password(admin, SecuredBroker.LATE, "in time");
            Files.writeString(password, "password=in time\n");
            await(() -> get(url + "/health/ready").contains("shards are known"));
            GatewayClient late = new GatewayClient(url);
            late.send(
                    "PUT",
                    "/collections/late",
                    JSON.readTree("{\"dimension\":2,\"metric\":\"l2\"}"));
            JsonNode written =
                    late.send(
                            "POST",
                            "/collections/late/points",
                            JSON.readTree("{\"points\":[{\"id\":\"a\",\"vector\":[1,2]}]}"));
            assertThat(written.path("tokens").toString()).contains("omen.late-0:0");
            // The client that asks where the log ends was refused before, too.
            JsonNode strong =
                    JSON.readTree("{\"vector\":[1,2],\"k\":1,\"consistency\":\"strong\"}");
            await(() -> failure(late, strong).contains("shard"));
        }
    }

    private static String get(String url) throws Exception {
        return HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(URI.create(url)).build(), BodyHandlers.ofString())
                .body();
    }

    /** Nowhere. */
    private record NoShards() implements ShardDirectory {
        @Override
        public List<ShardAddress> shards() {
            return List.of();
        }

        @Override
        public void reportUnreachable(ShardAddress address) {}

        @Override
        public void close() {}
    }

    private JsonNode send(String method, String path, String body) throws Exception {
        return gateway.send(method, path, body == null ? null : JSON.readTree(body));
    }

    private record Outcome(int code, String output, String error) {}

    private static Outcome run(String... arguments) {
        PrintStream out = System.out;
        PrintStream err = System.err;
        ByteArrayOutputStream output = new ByteArrayOutputStream();
        ByteArrayOutputStream error = new ByteArrayOutputStream();
        try {
            System.setOut(new PrintStream(output, true, UTF_8));
            System.setErr(new PrintStream(error, true, UTF_8));
            int code = Omen.run(arguments);
            return new Outcome(code, output.toString(UTF_8), error.toString(UTF_8));
        } finally {
            System.setOut(out);
            System.setErr(err);
        }
    }

    private static String failure(GatewayClient gateway, JsonNode search) {
        return catchThrowable(() -> gateway.send("POST", "/collections/late/search", search))
                .getMessage();
    }

    private void await(Callable<Boolean> condition) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!condition.call()) {
            assertThat(process.isAlive()).as(() -> RunningOmen.read(log)).isTrue();
            assertThat(System.nanoTime()).as(() -> RunningOmen.read(log)).isLessThan(deadline);
            LockSupport.parkNanos(10_000_000);
        }
    }
}
