package io.omendb.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.offset;

import io.omendb.index.shard.Hit;
import io.omendb.index.shard.SearchParams;
import io.omendb.index.shard.ShardSnapshot;
import io.omendb.schema.CollectionDefinition;
import io.omendb.schema.CollectionSchema;
import io.omendb.schema.FieldType;
import io.omendb.schema.Metric;
import io.omendb.state.OmenStateBackendOptions.Delegate;
import io.omendb.state.SimulatedJob.Completed;
import io.omendb.state.SimulatedJob.Pending;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.runtime.execution.SuppressRestartsException;
import org.apache.flink.runtime.state.KeyedStateHandle;
import org.apache.flink.util.ExceptionUtils;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Shards, their snapshots and everything that can happen to both, against a map, from a printed
 * seed: writes, replays, seals, merges, trainings, checkpoints that complete, fail, are aborted,
 * subsumed or half notified, savepoints, crashes, restores with any parallelism, storage that fails
 * when written, damaged files, reads that fail. {@code -Domen.simulation.steps=N} makes a long run.
 */
class CheckpointSimulationTest {
    private static final int STEPS = Integer.getInteger("omen.simulation.steps", 6_000);
    private static final int IDS = 1_500;
    private static final int DIMENSION = 12;
    private static final int K = 10;

    private final long seed = Long.getLong("omen.simulation.seed", System.nanoTime());
    private final Random random = new Random(seed);
    private final Map<String, Integer> happened = new TreeMap<>();
    private final CollectionDefinition definition =
            new CollectionDefinition(
                    CollectionSchema.of("c", DIMENSION, Metric.L2)
                            .withFields(Map.of("n", FieldType.LONG)),
                    "omen.c",
                    1,
                    Map.of());

    @TempDir Path dir;

    /** What the rows must be; a copy of it goes with every checkpoint. */
    private Oracle oracle = new Oracle();

    private final Map<Long, Oracle> oracles = new HashMap<>();
    private final Deque<Pending> pending = new ArrayDeque<>();
    private Optional<Completed> savepoint = Optional.empty();

    /** Files of aborted checkpoints, forgotten by Flink when its job manager starts over. */
    private final Set<Path> orphans = new HashSet<>();

    private record Expected(long offset, float[] vector) {}

    private record Write(String id, long offset, float[] vector) {}

    private static final class Oracle {
        private final Map<String, Expected> rows = new HashMap<>();

        /** The newest writes: what Kafka would send again. */
        private final Deque<Write> log = new ArrayDeque<>();

        private long offset;

        Oracle copy() {
            Oracle copy = new Oracle();
            copy.rows.putAll(rows);
            copy.log.addAll(log);
            copy.offset = offset;
            return copy;
        }
    }

    @ParameterizedTest
    @EnumSource(Delegate.class)
    void shardsAndSnapshots_whateverHappens_equalTheOracle(Delegate delegate) throws Exception {
        Configuration config = new Configuration();
        config.set(OmenStateBackendOptions.DELEGATE, delegate);
        config.set(OmenStateBackendOptions.SEAL_ROWS, 40 + random.nextInt(200));
        config.set(OmenStateBackendOptions.INDEX_ROWS, 200 + random.nextInt(400));
        config.set(OmenStateBackendOptions.PART_ROWS, 1 + random.nextInt(50));
        config.set(OmenStateBackendOptions.LINK_FILES, random.nextInt(4) > 0);
        config.set(OmenStateBackendOptions.LOCAL_DIRECTORY, dir.resolve("local").toString());
        SimulatedStorage storage = new SimulatedStorage(dir.resolve("storage"), random);
        try (SimulatedJob job = new SimulatedJob(config, definition, storage, random)) {
            job.start(1 + random.nextInt(3));
            for (int step = 0; step < STEPS; step++) {
                step(job, storage, delegate);
            }
            settle(job);
            crashAndRestore(job, storage);
            check(job);
        }
        assertThat(dir.resolve("local")).as("local files go with their owner").isEmptyDirectory();
    }

    @AfterEach
    void print() {
        System.err.println("seed " + seed + ": " + happened);
    }

    private void step(SimulatedJob job, SimulatedStorage storage, Delegate delegate)
            throws Exception {
        int action = random.nextInt(1000);
        if (action < 950) {
            write(job);
        } else if (action < 960) {
            job.vectors()
                    .get(random.nextInt(job.vectors().size()))
                    .collection("c")
                    .orElseThrow()
                    .shard()
                    .seal();
            count("seals");
        } else if (action < 980) {
            if (pending.size() == 2) {
                finish(job, random.nextInt(5) == 0);
            }
            trigger(job);
        } else if (action < 994) {
            if (!pending.isEmpty()) {
                finish(job, random.nextInt(8) == 0);
            }
        } else if (action < 996) {
            check(job);
        } else if (action < 997) {
            settle(job);
            // Files of an aborted checkpoint go when the next ones have replaced it.
            for (int i = 0; i < 3; i++) {
                completeOne(job);
            }
            Set<Path> unused = new TreeSet<>(storage.files());
            Set<Path> missing = new TreeSet<>(job.referenced(savepoint));
            missing.removeAll(unused);
            unused.removeAll(job.referenced(savepoint));
            unused.removeAll(orphans);
            assertThat(missing).as("missing files, seed %d", seed).isEmpty();
            if (delegate == Delegate.HASHMAP) {
                // RocksDB's uploader leaves files behind when one of its parallel streams fails.
                assertThat(unused).as("files nobody needs, seed %d", seed).isEmpty();
            }
            count("leak checks");
        } else if (random.nextInt(2) == 0) {
            crashAndRestore(job, storage);
        }
    }

    private void write(SimulatedJob job) throws Exception {
        String id = "id-" + random.nextInt(IDS);
        int action = random.nextInt(100);
        if (action < 72) {
            apply(job, new Write(id, oracle.offset++, vector()));
            count("upserts");
        } else if (action < 95) {
            apply(job, new Write(id, oracle.offset++, null));
            count("deletes");
        } else if (!oracle.log.isEmpty()) {
            // The source starts over somewhere before what was applied last.
            List<Write> again = new ArrayList<>(oracle.log);
            again = again.subList(random.nextInt(again.size()), again.size());
            for (Write write : again) {
                send(job, write);
            }
            count("replays");
        }
    }

    private void apply(SimulatedJob job, Write write) throws Exception {
        send(job, write);
        if (write.vector == null) {
            oracle.rows.remove(write.id);
        } else {
            oracle.rows.put(write.id, new Expected(write.offset, write.vector));
        }
        oracle.log.addLast(write);
        if (oracle.log.size() > 20) {
            oracle.log.removeFirst();
        }
    }

    private static void send(SimulatedJob job, Write write) throws Exception {
        if (write.vector == null) {
            job.delete(write.id, write.offset);
        } else {
            job.upsert(write.id, write.offset, write.vector, metadata(write.offset));
        }
    }

    private static byte[] metadata(long offset) {
        return ("{\"n\":" + offset + "}").getBytes(StandardCharsets.UTF_8);
    }

    private void trigger(SimulatedJob job) throws Exception {
        boolean asSavepoint = random.nextInt(8) == 0;
        Set<Integer> failing = new HashSet<>();
        if (random.nextInt(5) == 0) {
            failing.add(random.nextInt(job.vectors().size()));
            count("failing storages");
        }
        Pending triggered = job.trigger(asSavepoint, failing);
        oracles.put(triggered.id(), oracle.copy());
        pending.addLast(triggered);
        count(asSavepoint ? "savepoints triggered" : "checkpoints triggered");
    }

    private void finish(SimulatedJob job, boolean cancelled) throws Exception {
        Optional<Completed> done = job.finish(pending.removeFirst(), cancelled);
        count(done.isPresent() ? "completed" : "aborted");
        if (done.isPresent()) {
            if (random.nextInt(4) == 0) {
                verify(done.get());
            }
            if (done.get().savepoint()) {
                dropSavepoint(job);
                savepoint = done;
            }
        }
    }

    private void settle(SimulatedJob job) throws Exception {
        while (!pending.isEmpty()) {
            finish(job, false);
        }
    }

    private void dropSavepoint(SimulatedJob job) throws Exception {
        if (savepoint.isPresent()) {
            job.discard(savepoint.get());
            savepoint = Optional.empty();
        }
    }

    /** A completed checkpoint is sound, and says of itself what it holds. */
    private void verify(Completed done) throws Exception {
        StoredCheckpoint stored = StoredCheckpoint.open(done.folder());
        CheckpointVerification found =
                stored.verify(Files.createTempDirectory(dir, "scratch"), file -> {});
        int rows = expected(done).rows.size();
        assertThat(found.problems()).as("seed %d", seed).isEmpty();
        // One that was taken before anything was written knows of no collection.
        assertThat(
                        found.collections().stream()
                                .mapToLong(CheckpointVerification.Content::rows)
                                .sum())
                .as("seed %d", seed)
                .isEqualTo(rows);
        assertThat(
                        stored.report().collections().stream()
                                .mapToLong(CheckpointReport.Collection::rows)
                                .sum())
                .as("seed %d", seed)
                .isEqualTo(rows);
        count("verified");
    }

    private Oracle expected(Completed of) {
        return Objects.requireNonNull(oracles.get(of.id()));
    }

    private void crashAndRestore(SimulatedJob job, SimulatedStorage storage) throws Exception {
        boolean fromSavepoint = savepoint.isPresent() && random.nextInt(3) == 0;
        Optional<Completed> from = fromSavepoint ? savepoint : job.latest();
        if (from.isEmpty()) {
            return;
        }
        job.crash(pending);
        pending.clear();
        if (fromSavepoint) {
            job.abandonCheckpoints();
        }
        orphans.addAll(storage.files());
        orphans.removeAll(job.referenced(savepoint));
        count("crashes");
        oracle = expected(from.get()).copy();
        int parallelism = 1 + random.nextInt(3);
        // A savepoint that was claimed is the job's: not to be dropped here, nor restored again.
        boolean claim = fromSavepoint && random.nextBoolean();
        if (random.nextInt(3) == 0) {
            restoreDamaged(job, storage, from.get(), parallelism);
        }
        UnreliableReads reads =
                new UnreliableReads(
                        random.nextInt(3) == 0 ? random.nextInt(400) : Integer.MAX_VALUE);
        // Handles that are wrapped to fail are no files that could be linked.
        UnaryOperator<KeyedStateHandle> handles =
                reads.planned() ? reads::of : UnaryOperator.identity();
        Throwable failure = catchThrowable(() -> restore(job, from, claim, parallelism, handles));
        assertThat(failure != null).as("seed %d: %s", seed, failure).isEqualTo(reads.happened());
        if (failure != null) {
            count("failed reads");
            // RocksDB's files are read by several threads: Flink may tell what the first failure
            // did to another thread, instead of the failure.
            assertThat(ExceptionUtils.stringifyException(failure))
                    .as("seed %d", seed)
                    .containsAnyOf(UnreliableReads.MESSAGE, "registry is already closed");
            assertThat(ExceptionUtils.findThrowable(failure, SuppressRestartsException.class))
                    .as("what may pass is tried again")
                    .isEmpty();
            restore(job, from, claim, parallelism, UnaryOperator.identity());
        }
        if (fromSavepoint && claim) {
            savepoint = Optional.empty();
        } else if (fromSavepoint && random.nextBoolean()) {
            // Not claimed: once the job has a checkpoint of its own, the savepoint may go.
            check(job);
            completeOne(job);
            dropSavepoint(job);
            count("savepoints gone");
        }
        count("restored at " + parallelism);
        check(job);
    }

    private void completeOne(SimulatedJob job) throws Exception {
        Pending own = job.trigger(false, Set.of());
        oracles.put(own.id(), oracle.copy());
        assertThat(job.finish(own, false)).as("seed %d", seed).isPresent();
    }

    private static void restore(
            SimulatedJob job,
            Optional<Completed> from,
            boolean claim,
            int parallelism,
            UnaryOperator<KeyedStateHandle> reads)
            throws Exception {
        job.restore(from.orElseThrow(), claim, parallelism, reads);
    }

    /** One file of ours is not what was written: no restore may succeed, nor be tried again. */
    private void restoreDamaged(
            SimulatedJob job, SimulatedStorage storage, Completed from, int parallelism)
            throws Exception {
        List<Path> ours = SimulatedJob.vectorFiles(from);
        Path file = ours.get(random.nextInt(ours.size()));
        SimulatedStorage.Damage damage = SimulatedStorage.Damage.values()[random.nextInt(3)];
        Runnable undo = damage.to(file, random);
        Throwable failure =
                catchThrowable(
                        () -> job.restore(from, false, parallelism, UnaryOperator.identity()));
        undo.run();
        assertThat(failure).as("seed %d: %s %s", seed, damage, file).isNotNull();
        Class<? extends Throwable> expected =
                damage == SimulatedStorage.Damage.FLIPPED
                        ? SuppressRestartsException.class
                        : IOException.class;
        assertThat(ExceptionUtils.findThrowable(failure, expected))
                .as("seed %d: %s %s: %s", seed, damage, file, failure)
                .isPresent();
        count("damage " + damage);
    }

    /** Every row once, in the subtask that owns it, as it was written last. */
    private void check(SimulatedJob job) throws Exception {
        Map<String, Hit> found = new HashMap<>();
        List<ShardSnapshot> shards =
                job.vectors().stream()
                        .map(state -> state.collection("c").orElseThrow().shard().snapshot())
                        .toList();
        for (ShardSnapshot shard : shards) {
            for (Hit hit : shard.liveRows()) {
                assertThat(found.put(hit.id(), hit)).as("seed %d: %s", seed, hit.id()).isNull();
            }
        }
        assertThat(found.keySet()).as("seed %d", seed).isEqualTo(oracle.rows.keySet());
        for (Map.Entry<String, Expected> row : oracle.rows.entrySet()) {
            Hit hit = Objects.requireNonNull(found.get(row.getKey()));
            assertThat(hit.vector()).as("seed %d", seed).isEqualTo(row.getValue().vector);
            assertThat(hit.metadata()).isEqualTo(metadata(row.getValue().offset));
            assertThat(job.offset(row.getKey())).isEqualTo(row.getValue().offset);
        }
        search(shards);
        count("checks");
    }

    private void search(List<ShardSnapshot> shards) {
        float[] query = vector();
        for (SearchParams params : List.of(SearchParams.EXACT, SearchParams.DEFAULT)) {
            List<Hit> hits = new ArrayList<>();
            for (ShardSnapshot shard : shards) {
                hits.addAll(shard.search(query, K, null, params).hits());
            }
            hits.sort(Comparator.comparingDouble(Hit::distance));
            Set<String> ids = new HashSet<>();
            for (Hit hit : hits) {
                assertThat(ids.add(hit.id())).as("seed %d: twice", seed).isTrue();
                assertThat(oracle.rows).as("seed %d", seed).containsKey(hit.id());
                assertThat((double) hit.distance())
                        .isCloseTo(distance(query, hit.vector()), offset(1e-4));
            }
            if (params == SearchParams.EXACT) {
                List<Double> nearest =
                        oracle.rows.values().stream()
                                .map(row -> distance(query, row.vector))
                                .sorted()
                                .limit(K)
                                .toList();
                for (int i = 0; i < nearest.size(); i++) {
                    assertThat((double) hits.get(i).distance())
                            .as("seed %d", seed)
                            .isCloseTo(nearest.get(i), offset(1e-4));
                }
            }
        }
    }

    private static double distance(float[] a, float[] b) {
        double sum = 0;
        for (int d = 0; d < a.length; d++) {
            sum += (double) (a[d] - b[d]) * (a[d] - b[d]);
        }
        return Math.sqrt(sum);
    }

    private float[] vector() {
        float[] vector = new float[DIMENSION];
        for (int d = 0; d < DIMENSION; d++) {
            vector[d] = (float) random.nextGaussian();
        }
        return vector;
    }

    private void count(String what) {
        happened.merge(what, 1, Integer::sum);
    }
}
