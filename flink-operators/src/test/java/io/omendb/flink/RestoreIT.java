package io.omendb.flink;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.omendb.index.shard.Hit;
import io.omendb.schema.FieldType;
import io.omendb.schema.Metric;
import io.omendb.state.CheckpointVerification;
import io.omendb.state.StoredCheckpoint;
import io.omendb.state.VectorState;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.connector.source.util.ratelimit.RateLimiterStrategy;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.datagen.source.DataGeneratorSource;
import org.apache.flink.core.execution.CheckpointType;
import org.apache.flink.core.execution.RecoveryClaimMode;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.runtime.execution.ExecutionState;
import org.apache.flink.runtime.executiongraph.AccessExecutionVertex;
import org.apache.flink.runtime.jobgraph.JobGraph;
import org.apache.flink.runtime.jobgraph.SavepointRestoreSettings;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A job in a Flink cluster, stopped and started again at other parallelisms, from checkpoints and
 * from savepoints, claimed or not, with every storage setting that changes how state is written.
 * The stream is known, so each checkpoint must hold exactly what some prefix of it leaves behind.
 */
class RestoreIT {
    private static final int IDS = 700;
    private static final int RATE = 4_000;
    private static final int ROWS_A_STAGE = 2_500;
    private static final int[] PARALLELISMS = {2, 3, 1};
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final ObjectMapper JSON = new ObjectMapper();

    /** How far the stream has come; tells when there is enough to stop. */
    private static final AtomicLong PRODUCED = new AtomicLong();

    /** The element at which the task fails once; it fails nowhere at the highest. */
    private static final AtomicLong FAIL_AT = new AtomicLong(Long.MAX_VALUE);

    /** Run once, when the task fails, and when an element comes after that. */
    private static final AtomicReference<@Nullable Runnable> ON_FAILURE = new AtomicReference<>();

    private static final AtomicReference<@Nullable Runnable> ON_RECOVERY = new AtomicReference<>();

    @TempDir Path dir;

    @ParameterizedTest
    @CsvSource({
        "checkpoint, CLAIM, rocksdb, false",
        "checkpoint, NO_CLAIM, hashmap, true",
        "savepoint, CLAIM, rocksdb, true",
        "savepoint, NO_CLAIM, hashmap, false",
    })
    void restore_atOtherParallelisms_holdsAPrefixOfTheStream(
            String from, RecoveryClaimMode mode, String delegate, boolean fileMerging)
            throws Exception {
        Configuration config = config(delegate);
        config.setString(
                "execution.checkpointing.file-merging.enabled", Boolean.toString(fileMerging));
        Optional<Path> last = Optional.empty();
        long applied = -1;
        for (int parallelism : PARALLELISMS) {
            Path next = stage(config, parallelism, last, mode, from.equals("savepoint"));
            long prefix = checkPrefix(next);
            assertThat(prefix).as("progress").isGreaterThan(applied);
            applied = prefix;
            if (last.isPresent() && mode == RecoveryClaimMode.NO_CLAIM) {
                // Not ours: nothing written since may need it.
                delete(last.get());
                assertThat(checkPrefix(next)).isEqualTo(prefix);
            }
            last = Optional.of(next);
        }
    }

    /** The checkpoint's files are out of reach while the task restarts. */
    @ParameterizedTest
    @ValueSource(strings = {"rocksdb", "hashmap"})
    void taskFails_localRecovery_restoresFromItsOwnDisk(String delegate) throws Exception {
        Configuration config = config(delegate);
        config.setString("execution.state-recovery.from-local", "true");
        config.setString("execution.checkpointing.local-backup.enabled", "true");
        Path away = dir.resolve("away");
        ON_FAILURE.set(() -> moveFiles(sharedFolder(), away));
        ON_RECOVERY.set(() -> moveFiles(away, sharedFolder()));
        FAIL_AT.set(ROWS_A_STAGE / 2);
        Path next = stage(config, 2, Optional.empty(), RecoveryClaimMode.CLAIM, false);
        assertThat(FAIL_AT).as("the task failed").hasValue(Long.MAX_VALUE);
        assertThat(ON_RECOVERY.get()).as("the task recovered").isNull();
        assertThat(checkPrefix(next)).isGreaterThan(ROWS_A_STAGE / 2);
    }

    /** Where the job's checkpoints have their segments. */
    private Path sharedFolder() {
        try (Stream<Path> jobs = Files.list(dir.resolve("checkpoints"))) {
            return jobs.findFirst().orElseThrow().resolve("shared");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void moveFiles(Path from, Path to) {
        try (Stream<Path> files = Files.list(from)) {
            Files.createDirectories(to);
            for (Path file : files.toList()) {
                Files.move(file, to.resolve(file.getFileName()));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Configuration config(String delegate) {
        Configuration config = new Configuration();
        config.setString("state.backend.type", "io.omendb.state.OmenStateBackendFactory");
        config.setString("state.backend.omen.delegate", delegate);
        config.setString("state.backend.omen.index-rows", "200");
        config.setString("state.backend.omen.seal-rows", "150");
        config.setString("execution.checkpointing.interval", "200 ms");
        config.setString("execution.checkpointing.incremental", "true");
        config.setString("execution.checkpointing.storage", "filesystem");
        config.setString(
                "execution.checkpointing.dir", dir.resolve("checkpoints").toUri().toString());
        config.setString(
                "execution.checkpointing.externalized-checkpoint-retention",
                "RETAIN_ON_CANCELLATION");
        config.setString("restart-strategy.type", "fixed-delay");
        config.setString("restart-strategy.fixed-delay.attempts", "3");
        config.setString("restart-strategy.fixed-delay.delay", "10 ms");
        config.setString("io.tmp.dirs", dir.resolve("tmp").toString());
        config.setString("rest.bind-port", "0");
        return config;
    }

    /** Runs the job for some rows, and stops it with a checkpoint of its own or a savepoint. */
    private Path stage(
            Configuration config,
            int parallelism,
            Optional<Path> from,
            RecoveryClaimMode mode,
            boolean savepoint)
            throws Exception {
        MiniClusterConfiguration cluster =
                new MiniClusterConfiguration.Builder()
                        .setConfiguration(config)
                        .setNumTaskManagers(1)
                        .setNumSlotsPerTaskManager(parallelism)
                        .build();
        try (MiniCluster flink = new MiniCluster(cluster)) {
            flink.start();
            PRODUCED.set(0);
            JobGraph job = job(config, parallelism);
            from.ifPresent(
                    path ->
                            job.setSavepointRestoreSettings(
                                    SavepointRestoreSettings.forPath(
                                            path.toUri().toString(), false, mode)));
            flink.submitJob(job).get();
            JobID id = job.getJobID();
            await(flink, id, () -> PRODUCED.get() >= ROWS_A_STAGE && allTasksRun(flink, id));
            if (savepoint) {
                return path(
                        flink.stopWithSavepoint(
                                        id,
                                        dir.resolve("savepoints").toUri().toString(),
                                        false,
                                        SavepointFormatType.NATIVE)
                                .get());
            }
            // Two, so that the second can refer to files of the first.
            checkpoint(flink, id);
            checkpoint(flink, id);
            flink.cancelJob(id).get();
            await(flink, id, () -> flink.getJobStatus(id).get().isGloballyTerminalState());
            return latest(dir.resolve("checkpoints").resolve(id.toString()));
        }
    }

    /** A source may be done while a task behind it is still opening; savepoints need all. */
    private static boolean allTasksRun(MiniCluster flink, JobID job)
            throws InterruptedException, ExecutionException {
        for (AccessExecutionVertex task :
                flink.getExecutionGraph(job).get().getAllExecutionVertices()) {
            if (task.getExecutionState() != ExecutionState.RUNNING) {
                return false;
            }
        }
        return true;
    }

    /** Takes a checkpoint as soon as all tasks run, also after one has failed. */
    private static void checkpoint(MiniCluster flink, JobID job) throws Exception {
        await(
                flink,
                job,
                () -> {
                    try {
                        flink.triggerCheckpoint(job, CheckpointType.INCREMENTAL).get();
                        return true;
                    } catch (ExecutionException e) {
                        return false;
                    }
                });
    }

    private interface Condition {
        boolean holds() throws InterruptedException, ExecutionException;
    }

    private static void await(MiniCluster flink, JobID job, Condition condition) throws Exception {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.holds()) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            assertThat(flink.getJobStatus(job).get()).isNotEqualTo(JobStatus.FAILED);
            LockSupport.parkNanos(5_000_000);
        }
    }

    private static Path path(String uri) {
        return Path.of(URI.create(uri).getPath());
    }

    /** Of a job's checkpoints the newest complete one: more may have completed before it ended. */
    private static Path latest(Path checkpoints) throws IOException {
        try (Stream<Path> siblings = Files.list(checkpoints)) {
            return siblings.filter(path -> Files.exists(path.resolve("_metadata")))
                    .max(
                            (a, b) ->
                                    Long.compare(
                                            StoredCheckpoint.open(a).checkpointId(),
                                            StoredCheckpoint.open(b).checkpointId()))
                    .orElseThrow();
        }
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> walk = Files.walk(folder)) {
            for (Path path : walk.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    private static JobGraph job(Configuration config, int parallelism) {
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment(config);
        env.setParallelism(parallelism);
        env.setMaxParallelism(16);
        DataGeneratorSource<Long> numbers =
                new DataGeneratorSource<>(
                        i -> i, Long.MAX_VALUE, RateLimiterStrategy.perSecond(RATE), Types.LONG);
        env.fromSource(numbers, WatermarkStrategy.noWatermarks(), "numbers", Types.LONG)
                .uid("numbers")
                .setParallelism(1)
                // As behind a window over all: what extracts points can never be more than one.
                .setMaxParallelism(1)
                .map(RestoreIT::produced)
                .returns(Types.LONG)
                .uid("produced")
                .setParallelism(1)
                .setMaxParallelism(1)
                .sinkTo(
                        OmenSink.<Long>builder()
                                .collection("c")
                                .dimension(4)
                                .metric(Metric.L2)
                                .field("n", FieldType.LONG)
                                .id(RestoreIT::id)
                                .vector(RestoreIT::vector)
                                .metadata(n -> Map.of("n", n))
                                .build())
                .uid("vectors");
        return env.getStreamGraph().getJobGraph();
    }

    private static long produced(long n) {
        long failAt = FAIL_AT.get();
        if (PRODUCED.incrementAndGet() >= failAt) {
            FAIL_AT.set(Long.MAX_VALUE);
            runOnce(ON_FAILURE);
            throw new IllegalStateException("injected: the task fails");
        }
        if (failAt == Long.MAX_VALUE && ON_FAILURE.get() == null) {
            runOnce(ON_RECOVERY);
        }
        return n;
    }

    private static void runOnce(AtomicReference<@Nullable Runnable> action) {
        Runnable run = action.getAndSet(null);
        if (run != null) {
            run.run();
        }
    }

    private static String id(long n) {
        return "id-" + n * 7_919 % IDS;
    }

    /** Every tenth deletes its id. */
    private static float[] vector(long n) {
        return n % 10 == 9 ? null : new float[] {n % 1_000, n / 1_000f, (float) Math.sin(n), 1};
    }

    /**
     * The rows of a checkpoint are those of a prefix of the stream, and every byte of it is sound.
     *
     * @return the prefix's last number
     */
    private long checkPrefix(Path checkpoint) throws Exception {
        StoredCheckpoint stored = StoredCheckpoint.open(checkpoint);
        CheckpointVerification found =
                stored.verify(Files.createTempDirectory(dir, "scratch"), file -> {});
        assertThat(found.problems()).isEmpty();
        Map<String, float[]> vectors = new HashMap<>();
        long last = 0;
        List<VectorState> states = stored.restore(Files.createTempDirectory(dir, "restored"));
        try {
            for (VectorState state : states) {
                for (Hit hit : state.collection("c").orElseThrow().shard().snapshot().liveRows()) {
                    assertThat(vectors.put(hit.id(), hit.vector())).as(hit.id()).isNull();
                    last = Math.max(last, JSON.readTree(hit.metadata()).get("n").asLong());
                }
            }
        } finally {
            states.forEach(VectorState::close);
        }
        Map<String, float[]> expected = prefix(last);
        if (vectors.size() < expected.size()) {
            // The newest may be a delete, which leaves no row that tells its number.
            last++;
            expected = prefix(last);
        }
        assertThat(vectors.keySet()).as("prefix up to %d", last).isEqualTo(expected.keySet());
        expected.forEach((id, vector) -> assertThat(vectors.get(id)).as(id).isEqualTo(vector));
        return last;
    }

    private static Map<String, float[]> prefix(long last) {
        Map<String, float[]> rows = new HashMap<>();
        for (long n = 0; n <= last; n++) {
            float[] vector = vector(n);
            if (vector == null) {
                rows.remove(id(n));
            } else {
                rows.put(id(n), vector);
            }
        }
        return rows;
    }
}
