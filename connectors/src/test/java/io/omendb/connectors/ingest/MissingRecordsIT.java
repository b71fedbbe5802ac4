package io.omendb.connectors.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import io.omendb.connectors.broker.BrokerOptions;
import io.omendb.connectors.broker.BrokerProcess;
import io.omendb.protocol.catalogue.CatalogueFollower;
import io.omendb.protocol.catalogue.CatalogueWriter;
import io.omendb.schema.CollectionSchema;
import io.omendb.schema.Metric;
import io.omendb.state.StoredCheckpoint;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.execution.RecoveryClaimMode;
import org.apache.flink.runtime.jobgraph.JobGraph;
import org.apache.flink.runtime.jobgraph.SavepointRestoreSettings;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Where the job goes on reading: Kafka's retention overtakes a checkpoint, and the job says so
 * instead of passing over records; readers become fewer or more.
 */
class MissingRecordsIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final TopicPartition PARTITION = new TopicPartition("omen.c", 0);

    private static final int SHARDS = 2;

    @TempDir Path dir;
    private int readers = IngestionOptions.READER_EACH;

    @Test
    void offsetsGone_jobStopsAndSaysSo_untilTheLossIsAccepted() throws Exception {
        try (BrokerProcess broker = BrokerProcess.start(BrokerOptions.in(dir.resolve("kafka")))) {
            String kafka = broker.bootstrapServers();
            createCollection(kafka);
            send(kafka, 0, 100);
            Path checkpoint = runUntilApplied(kafka, Optional.empty(), MissingRecords.FAIL, 99);
            send(kafka, 100, 300);
            try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafka))) {
                admin.deleteRecords(Map.of(PARTITION, RecordsToDelete.beforeOffset(150)))
                        .all()
                        .get();
            }
            assertThat(failure(kafka, checkpoint, MissingRecords.FAIL))
                    .contains(
                            "omen.c-0: offset 100 is next, but the log begins at 150 (50 offsets are gone)")
                    .contains("missing_records: skip");
            Path after = runUntilApplied(kafka, Optional.of(checkpoint), MissingRecords.SKIP, 299);
            assertThat(StoredCheckpoint.open(after).report().collections().get(0).rows())
                    .isEqualTo(250);
        }
    }

    /** With fewer partitions, too: asked for one that is gone, Kafka's client waits in vain. */
    @Test
    void topicMadeAgain_jobStopsAndSaysSo_untilTheCollectionIsMadeAgain() throws Exception {
        try (BrokerProcess broker = BrokerProcess.start(BrokerOptions.in(dir.resolve("kafka")))) {
            String kafka = broker.bootstrapServers();
            createCollection(kafka);
            send(kafka, 1, 0, 1);
            send(kafka, 0, 100);
            Path checkpoint = runUntilApplied(kafka, Optional.empty(), MissingRecords.FAIL, 99);
            try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafka))) {
                admin.deleteTopics(List.of("omen.c")).all().get();
                await(() -> !admin.listTopics().names().get().contains("omen.c"));
                admin.createTopics(List.of(new NewTopic("omen.c", 1, (short) 1))).all().get();
                await(() -> admin.listTopics().names().get().contains("omen.c"));
            }
            send(kafka, 0, 10);
            assertThat(failure(kafka, checkpoint, MissingRecords.SKIP))
                    .contains("omen.c-0: offset 100 is next, but the log ends at 10")
                    .contains("omen.c-1: there is no such partition any more")
                    .contains("The topic was deleted and made again");
            try (CatalogueFollower catalogue = CatalogueFollower.open(kafka);
                    CatalogueWriter writer = CatalogueWriter.open(kafka, catalogue)) {
                writer.drop("c");
                writer.create(CollectionSchema.of("c", 2, Metric.L2));
            }
            send(kafka, 10, 50);
            Path after = runUntilApplied(kafka, Optional.of(checkpoint), MissingRecords.SKIP, 49);
            assertThat(StoredCheckpoint.open(after).report().collections().get(0).rows())
                    .isEqualTo(40);
        }
    }

    @Test
    void anotherNumberOfReaders_goesOnWhereTheOthersStopped() throws Exception {
        try (BrokerProcess broker = BrokerProcess.start(BrokerOptions.in(dir.resolve("kafka")))) {
            String kafka = broker.bootstrapServers();
            createCollection(kafka);
            Optional<Path> checkpoint = Optional.empty();
            int sent = 0;
            for (int now : new int[] {2, 1, 2}) {
                readers = now;
                send(kafka, sent, sent + 100);
                sent += 100;
                checkpoint =
                        Optional.of(
                                runUntilApplied(kafka, checkpoint, MissingRecords.FAIL, sent - 1L));
                assertThat(
                                StoredCheckpoint.open(checkpoint.get())
                                        .report()
                                        .collections()
                                        .get(0)
                                        .rows())
                        .isEqualTo(sent);
            }
        }
    }

    private static void createCollection(String kafka) throws Exception {
        try (CatalogueFollower catalogue = CatalogueFollower.open(kafka);
                CatalogueWriter writer = CatalogueWriter.open(kafka, catalogue)) {
            writer.create(CollectionSchema.of("c", 2, Metric.L2));
        }
    }

    private static void send(String kafka, int from, int to) throws Exception {
        send(kafka, 0, from, to);
    }

    private static void send(String kafka, int partition, int from, int to) throws Exception {
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(
                        Map.of("bootstrap.servers", kafka, "linger.ms", 0),
                        new ByteArraySerializer(),
                        new ByteArraySerializer())) {
            for (int i = from; i < to; i++) {
                String point = "{\"id\":\"id" + i + "\",\"vector\":[" + i + ",1]}";
                producer.send(
                                new ProducerRecord<>(
                                        "omen.c",
                                        partition,
                                        ("id" + i).getBytes(StandardCharsets.UTF_8),
                                        point.getBytes(StandardCharsets.UTF_8)))
                        .get();
            }
        }
    }

    /** Runs the job until a checkpoint holds everything up to an offset. */
    private Path runUntilApplied(
            String kafka, Optional<Path> from, MissingRecords missingRecords, long offset)
            throws Exception {
        try (MiniCluster cluster = cluster()) {
            JobID job = submit(cluster, kafka, from, missingRecords);
            Path checkpoints = dir.resolve("checkpoints").resolve(job.toString());
            await(() -> applied(checkpoints) >= offset);
            cluster.cancelJob(job).get();
            await(() -> cluster.getJobStatus(job).get().isGloballyTerminalState());
            return latest(checkpoints).orElseThrow();
        }
    }

    private String failure(String kafka, Path from, MissingRecords missingRecords)
            throws Exception {
        try (MiniCluster cluster = cluster()) {
            JobID job = submit(cluster, kafka, Optional.of(from), missingRecords);
            await(() -> cluster.getJobStatus(job).get() == JobStatus.FAILED);
            return cluster.getArchivedExecutionGraph(job)
                    .get()
                    .getFailureInfo()
                    .getExceptionAsString();
        }
    }

    private MiniCluster cluster() throws Exception {
        MiniCluster cluster =
                new MiniCluster(
                        new MiniClusterConfiguration.Builder()
                                .setConfiguration(config())
                                .setNumTaskManagers(1)
                                .setNumSlotsPerTaskManager(SHARDS)
                                .build());
        cluster.start();
        return cluster;
    }

    private JobID submit(
            MiniCluster cluster, String kafka, Optional<Path> from, MissingRecords missingRecords)
            throws Exception {
        StreamExecutionEnvironment env =
                StreamExecutionEnvironment.getExecutionEnvironment(config());
        env.setParallelism(SHARDS);
        IngestionJob.build(env, new IngestionOptions(kafka, List.of(), missingRecords, readers));
        JobGraph graph = env.getStreamGraph().getJobGraph();
        from.ifPresent(
                path ->
                        graph.setSavepointRestoreSettings(
                                SavepointRestoreSettings.forPath(
                                        path.toUri().toString(),
                                        false,
                                        RecoveryClaimMode.NO_CLAIM)));
        cluster.submitJob(graph).get();
        return graph.getJobID();
    }

    private Configuration config() {
        Configuration config = new Configuration();
        config.setString("state.backend.type", "io.omendb.state.OmenStateBackendFactory");
        config.setString("execution.checkpointing.interval", "200 ms");
        config.setString("execution.checkpointing.storage", "filesystem");
        config.setString(
                "execution.checkpointing.dir", dir.resolve("checkpoints").toUri().toString());
        config.setString(
                "execution.checkpointing.externalized-checkpoint-retention",
                "RETAIN_ON_CANCELLATION");
        config.setString("restart-strategy.type", "fixed-delay");
        config.setString("restart-strategy.fixed-delay.attempts", "1000");
        config.setString("rest.bind-port", "0");
        return config;
    }

    private static long applied(Path checkpoints) throws Exception {
        return latest(checkpoints)
                .map(path -> StoredCheckpoint.open(path).report().applied())
                .map(applied -> applied.getOrDefault("omen.c-0", -1L))
                .orElse(-1L);
    }

    private static Optional<Path> latest(Path checkpoints) throws Exception {
        if (!Files.isDirectory(checkpoints)) {
            return Optional.empty();
        }
        try (Stream<Path> folders = Files.list(checkpoints)) {
            return folders.filter(path -> Files.exists(path.resolve("_metadata")))
                    .max(Comparator.comparingLong(MissingRecordsIT::number));
        }
    }

    private static long number(Path checkpoint) {
        return Long.parseLong(checkpoint.getFileName().toString().replaceFirst("chk-", ""));
    }

    private static void await(Callable<Boolean> condition) throws Exception {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!holds(condition)) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            LockSupport.parkNanos(20_000_000);
        }
    }

    /** A checkpoint can be subsumed while it is read. */
    private static boolean holds(Callable<Boolean> condition) throws Exception {
        try {
            return condition.call();
        } catch (io.omendb.OmenException | java.io.UncheckedIOException e) {
            return false;
        }
    }
}
