package io.omendb.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.omendb.OmenException;
import io.omendb.index.file.RowImage;
import io.omendb.index.segment.IdHash;
import io.omendb.index.shard.Hit;
import io.omendb.index.shard.SearchParams;
import io.omendb.index.shard.Shard;
import io.omendb.index.shard.ShardSnapshot;
import io.omendb.schema.CollectionDefinition;
import io.omendb.schema.CollectionSchema;
import io.omendb.schema.FieldType;
import io.omendb.schema.Metric;
import java.io.OutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.runtime.checkpoint.Checkpoints;
import org.apache.flink.runtime.checkpoint.OperatorState;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.checkpoint.SavepointType;
import org.apache.flink.runtime.checkpoint.metadata.CheckpointMetadata;
import org.apache.flink.runtime.jobgraph.OperatorID;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;
import org.apache.flink.runtime.state.SharedStateRegistryImpl;
import org.apache.flink.runtime.state.storage.FileSystemCheckpointStorage;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.KeyedProcessOperator;
import org.apache.flink.streaming.util.AbstractStreamOperatorTestHarness;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.apache.flink.util.Collector;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A checkpoint read without a job: what it says, what verifying finds, what searches find. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class StoredCheckpointTest {
    private static final int DIMENSION = 8;
    private static final int ROWS = 12_000;
    private static final int MAX_PARALLELISM = 4;
    private static final String NAME = "c";

    /** Enough for a merge to use their files on, though some rows are written again later. */
    private static final int MERGED_ROWS = 1_400;

    @TempDir Path dir;

    private final long seed = new Random().nextLong();
    private final Random random = new Random(seed);
    private final Map<String, float[]> live = new HashMap<>();
    private final SharedStateRegistryImpl registry = new SharedStateRegistryImpl();
    private long offset;
    private OperatorSubtaskState state = OperatorSubtaskState.builder().build();
    private Path checkpoint = Path.of("");

    @BeforeEach
    void takeCheckpoint() throws Exception {
        try (var harness = harness()) {
            harness.open();
            VectorState vectors = vectorState(harness);
            vectors.define(new CollectionDefinition(schema(), "omen.c", 1, Map.of()));
            for (int i = 0; i < ROWS; i++) {
                upsert(vectors, "id-" + i);
            }
            while (!vectors.collection(NAME)
                    .orElseThrow()
                    .shard()
                    .snapshot()
                    .indexKind()
                    .equals("ivf")) {
                TimeUnit.MILLISECONDS.sleep(5);
            }
            for (int i = 0; i < 2_000; i++) {
                upsert(vectors, "id-" + random.nextInt(ROWS * 2));
            }
            for (int i = 0; i < 500; i++) {
                delete(vectors, "id-" + random.nextInt(ROWS));
            }
            state = harness.snapshot(7, 7);
        }
        checkpoint = write(state, 7);
    }

    @Test
    void report_ofACheckpoint_saysWhatItHolds() {
        CheckpointReport report = StoredCheckpoint.open(checkpoint).report();
        assertThat(report.checkpointId()).isEqualTo(7);
        CheckpointReport.Collection collection = report.collections().get(0);
        assertThat(report.collections()).hasSize(1);
        assertThat(collection.name()).isEqualTo(NAME);
        assertThat(collection.rows()).as("seed %d", seed).isEqualTo(live.size());
        assertThat(collection.dead()).isPositive();
        assertThat(collection.dimension()).isEqualTo(DIMENSION);
        assertThat(report.subtasks()).hasSize(1);
        assertThat(report.subtasks().get(0).keyGroups()).containsExactly(0, MAX_PARALLELISM - 1);
        assertThat(report.applied()).containsExactly(Map.entry("omen.c-0", offset - 1));
        assertThat(StoredCheckpoint.open(checkpoint.resolve("_metadata")).report())
                .isEqualTo(report);
    }

    @Test
    void verify_soundCheckpoint_digestIsOfTheContent() throws Exception {
        CheckpointVerification found = verify(checkpoint);
        assertThat(found.problems()).as("seed %d", seed).isEmpty();
        assertThat(found.collections()).hasSize(1);
        CheckpointVerification.Content content = found.collections().get(0);
        assertThat(content.rows()).isEqualTo(live.size());
        assertThat(content.keyGroups()).hasSize(MAX_PARALLELISM);

        // The same content, written again after a restore: other segments, the same digest.
        Path again;
        Path changed;
        try (var harness = harness()) {
            harness.initializeState(state);
            harness.open();
            VectorState vectors = vectorState(harness);
            for (String id : List.copyOf(live.keySet()).subList(0, 100)) {
                upsert(vectors, id, live.get(id));
            }
            again = write(harness.snapshot(8, 8), 8);
            upsert(vectors, live.keySet().iterator().next());
            changed = write(harness.snapshot(9, 9), 9);
        }
        assertThat(verify(again).collections()).as("seed %d", seed).containsExactly(content);
        assertThat(verify(changed).problems()).isEmpty();
        assertThat(verify(changed).collections().get(0).digest()).isNotEqualTo(content.digest());
        assertThat(verify(changed).collections().get(0).rows()).isEqualTo(live.size());
    }

    @Test
    void verify_oneByteFlippedInEachFile_namesTheFile() throws Exception {
        Set<String> kinds = damagedKinds(checkpoint);
        assertThat(kinds)
                .as("seed %d", seed)
                .containsExactly(
                        "codebook",
                        "contents",
                        "index.ivf",
                        "manifest.json",
                        "metadata.parquet",
                        "minmax.json",
                        "tombstones",
                        "vectors.arrow");
        assertThat(verify(checkpoint).problems()).isEmpty();
    }

    /** Flips a bit of every file; the kinds of files that were found damaged. */
    private Set<String> damagedKinds(Path of) throws Exception {
        Set<String> kinds = new TreeSet<>();
        Set<String> ours = new HashSet<>();
        for (StoredCheckpoint.Part part : StoredCheckpoint.open(of).parts()) {
            part.handle()
                    .files()
                    .values()
                    .forEach(file -> ours.add(file.getStreamStateHandleID().getKeyString()));
        }
        for (Path file : files()) {
            if (!isOf(of, file, ours)) {
                continue;
            }
            byte[] good = Files.readAllBytes(file);
            byte[] bad = good.clone();
            bad[random.nextInt(bad.length)] ^= (byte) (1 << random.nextInt(8));
            Files.write(file, bad);
            try {
                List<String> problems = verify(of).problems();
                if (ours.stream().noneMatch(name -> name.endsWith(file.toString()))) {
                    // Ordinary state of the delegate: Flink keeps no checksum of it.
                    continue;
                }
                assertThat(problems).as("seed %d, %s", seed, file).isNotEmpty();
                assertThat(String.join("\n", problems)).contains(file.toString());
                kinds.add(
                        problems.get(0)
                                .replaceAll(
                                        ".*?(tombstones|codebook|[a-z]+\\.(json|arrow|parquet|ivf|roaring)).*",
                                        "$1"));
            } catch (OmenException e) {
                // The table of contents: nothing can be read without it.
                assertThat(e).hasMessageContaining(file.getFileName().toString());
                kinds.add("contents");
            } finally {
                Files.write(file, good);
            }
        }
        return kinds;
    }

    /** Files of other checkpoints, and ordinary state of which Flink keeps no checksum, are not. */
    private static boolean isOf(Path checkpoint, Path file, Set<String> shared) {
        return file.startsWith(checkpoint)
                || shared.stream().anyMatch(name -> name.endsWith(file.toString()));
    }

    /** After a rescale both subtasks have the same segments, and a savepoint stores them twice. */
    @Test
    void verify_oneSubtasksOwnCopyOfASegment_isReadToo() throws Exception {
        List<OperatorSubtaskState> parts = new ArrayList<>();
        for (int subtask = 0; subtask < 2; subtask++) {
            try (var harness = harness(2, subtask)) {
                harness.initializeState(
                        AbstractStreamOperatorTestHarness.repartitionOperatorState(
                                state, MAX_PARALLELISM, 1, 2, subtask));
                harness.open();
                parts.add(
                        harness.snapshotWithLocalState(
                                        8, 8, SavepointType.savepoint(SavepointFormatType.NATIVE))
                                .getJobManagerOwnedState());
            }
        }
        Path savepoint = together("chk-8");
        write(parts, savepoint);
        CheckpointVerification sound = verify(savepoint);
        assertThat(sound.problems()).isEmpty();
        assertThat(sound.collections().get(0).rows()).isEqualTo(live.size());

        for (StoredCheckpoint.Part part : StoredCheckpoint.open(savepoint).parts()) {
            Path vectors =
                    part.handle().files().entrySet().stream()
                            .filter(file -> file.getKey().endsWith("vectors.arrow"))
                            .map(
                                    file ->
                                            Path.of(
                                                    URI.create(
                                                            file.getValue()
                                                                    .getStreamStateHandleID()
                                                                    .getKeyString())))
                            .findFirst()
                            .orElseThrow();
            byte[] good = Files.readAllBytes(vectors);
            byte[] bad = good.clone();
            bad[random.nextInt(bad.length)] ^= 1;
            Files.write(vectors, bad);
            assertThat(verify(savepoint).problems())
                    .as("seed %d, %s", seed, part.name())
                    .anySatisfy(
                            problem ->
                                    assertThat(problem)
                                            .contains("vectors.arrow")
                                            .contains(vectors.toString()));
            Files.write(vectors, good);
        }
    }

    /** Each harness is a job of its own: their files are put into one folder, as of one job. */
    private Path together(String name) throws Exception {
        List<Path> folders;
        try (Stream<Path> walk = Files.walk(dir.resolve("checkpoints"))) {
            folders = walk.filter(path -> path.endsWith(name)).toList();
        }
        for (Path folder : folders) {
            try (Stream<Path> files = Files.list(folder)) {
                for (Path file : files.toList()) {
                    Path target = folders.get(0).resolve(file.getFileName());
                    if (!target.equals(file)) {
                        Files.move(file, target);
                    }
                }
            }
        }
        return folders.get(0);
    }

    /** Not once there are writes: a restored collection may only ever be searched. */
    @Test
    void restore_makesWhatFilesDoNotHold_withoutAWrite() throws Exception {
        for (VectorState restored :
                StoredCheckpoint.open(checkpoint)
                        .restore(Files.createTempDirectory(dir, "search"))) {
            Shard shard = restored.collection(NAME).orElseThrow().shard();
            while (!shard.isSettled()) {
                TimeUnit.MILLISECONDS.sleep(5);
            }
            // True of the first that asks only: fields are indexed already.
            assertThat(shard.frozenSegments())
                    .isNotEmpty()
                    .noneMatch(segment -> segment.indexFields());
            restored.close();
        }
    }

    @Test
    void verify_aFileGone_namesIt() throws Exception {
        Path file =
                files().stream()
                        .max(java.util.Comparator.comparingLong(path -> path.toFile().length()))
                        .orElseThrow();
        Files.delete(file);
        assertThat(verify(checkpoint).problems())
                .anySatisfy(
                        problem ->
                                assertThat(problem)
                                        .contains("vectors.arrow")
                                        .contains(file.toString()));
    }

    @Test
    void snapshot_afterARestore_uploadsNewSegmentsOnly() throws Exception {
        try (var harness = harness()) {
            harness.initializeState(state);
            harness.open();
            VectorState vectors = vectorState(harness);
            for (int i = 0; i < 50; i++) {
                upsert(vectors, "new-" + i);
            }
            OperatorSubtaskState next = harness.snapshot(8, 8);
            assertThat(next.getCheckpointedSize()).isLessThan(next.getStateSize() / 4);
            assertThat(verify(write(next, 8)).problems()).isEmpty();
        }
        assertThat(StoredCheckpoint.open(checkpoint).report().collections().get(0).rows())
                .isEqualTo(live.size() - 50);
    }

    @Test
    void snapshot_afterAMerge_uploadsNoRowAgain() throws Exception {
        Path merged;
        try (var harness = harness()) {
            harness.initializeState(state);
            harness.open();
            VectorState vectors = vectorState(harness);
            Shard shard = vectors.collection(NAME).orElseThrow().shard();
            long id = 8;
            long rowsBytes = 0;
            // Segments of one tier are merged when there are four of them.
            for (; id < 16; id++) {
                for (int i = 0; i < MERGED_ROWS; i++) {
                    upsert(vectors, "new-" + random.nextInt(100_000));
                }
                OperatorSubtaskState next = harness.snapshot(id, id);
                rowsBytes += next.getCheckpointedSize();
                write(next, id);
                harness.notifyOfCompletedCheckpoint(id);
            }
            while (shard.frozenSegments().stream()
                    .noneMatch(
                            segment ->
                                    segment.rowCount() > 4 * MERGED_ROWS
                                            && segment.files().contains("rows.roaring"))) {
                TimeUnit.MILLISECONDS.sleep(5);
            }
            OperatorSubtaskState after = harness.snapshot(id, id);
            // A manifest, which rows were kept, and the table of contents.
            assertThat(after.getCheckpointedSize()).as("seed %d", seed).isLessThan(rowsBytes / 20);
            merged = write(after, id);
            harness.notifyOfCompletedCheckpoint(id);
            state = after;
        }
        CheckpointVerification found = verify(merged);
        assertThat(found.problems()).as("seed %d", seed).isEmpty();
        assertThat(found.collections().get(0).rows()).isEqualTo(live.size());
        assertThat(damagedKinds(merged)).contains("rows.roaring", "vectors.arrow", "index.ivf");
        for (VectorState restored :
                StoredCheckpoint.open(merged).restore(Files.createTempDirectory(dir, "search"))) {
            Shard shard = restored.collection(NAME).orElseThrow().shard();
            assertThat(shard.snapshot().liveRows())
                    .as("seed %d", seed)
                    .hasSize(live.size())
                    .allSatisfy(hit -> assertThat(hit.vector()).isEqualTo(live.get(hit.id())));
            restored.close();
        }
    }

    @Test
    void committed_isWhatTheLastCompletedCheckpointHolds() throws Exception {
        try (var harness = harness()) {
            harness.initializeState(state);
            harness.open();
            VectorState vectors = vectorState(harness);
            long before = live.size();
            assertThat(committedRows(vectors)).isEqualTo(before);
            long applied = offset - 1;
            upsert(vectors, "x-1");
            assertThat(vectors.committed(NAME).orElseThrow().applied().get("omen.c-0").offset())
                    .isEqualTo(applied);
            OperatorSubtaskState unused = harness.snapshot(8, 8);
            assertThat(committedRows(vectors)).as("not completed").isEqualTo(before);
            harness.notifyOfCompletedCheckpoint(8);
            assertThat(committedRows(vectors)).isEqualTo(before + 1);

            delete(vectors, "x-1");
            upsert(vectors, "x-2");
            upsert(vectors, "x-3");
            assertThat(committedRows(vectors)).isEqualTo(before + 1);
            ShardSnapshot snapshot = vectors.committed(NAME).orElseThrow().snapshot();
            assertThat(snapshot.liveRows())
                    .anySatisfy(hit -> assertThat(hit.id()).isEqualTo("x-1"))
                    .noneSatisfy(hit -> assertThat(hit.id()).isEqualTo("x-2"));
            unused = harness.snapshot(9, 9);
            unused = harness.snapshot(10, 10);
            harness.notifyOfCompletedCheckpoint(10);
            assertThat(committedRows(vectors)).isEqualTo(before + 2);
        }
        try (var harness = harness()) {
            harness.open();
            VectorState vectors = vectorState(harness);
            vectors.define(new CollectionDefinition(schema(), "omen.c", 1, Map.of()));
            upsert(vectors, "first");
            assertThat(vectors.committed(NAME)).isEmpty();
        }
    }

    private static long committedRows(VectorState vectors) {
        return vectors.committed(NAME).orElseThrow().snapshot().count(null);
    }

    @Test
    void restore_search_findsWhatWasAlive() throws Exception {
        List<VectorState> states =
                StoredCheckpoint.open(checkpoint).restore(Files.createTempDirectory(dir, "search"));
        try {
            assertThat(states).hasSize(1);
            VectorCollection collection = states.get(0).collection(NAME).orElseThrow();
            Set<String> found = new HashSet<>();
            for (Hit hit : collection.shard().snapshot().liveRows()) {
                assertThat(hit.vector()).isEqualTo(live.get(hit.id()));
                assertThat(found.add(hit.id())).isTrue();
            }
            assertThat(found).as("seed %d", seed).isEqualTo(live.keySet());
            Map.Entry<String, float[]> one = live.entrySet().iterator().next();
            assertThat(
                            collection
                                    .shard()
                                    .snapshot()
                                    .search(one.getValue(), 1, null, SearchParams.DEFAULT)
                                    .hits()
                                    .get(0)
                                    .id())
                    .isEqualTo(one.getKey());
        } finally {
            states.forEach(VectorState::close);
        }
    }

    @Test
    void open_noCheckpoint_isRefused() throws Exception {
        assertThatThrownBy(() -> StoredCheckpoint.open(dir))
                .isInstanceOf(OmenException.class)
                .hasMessageContaining("no completed checkpoint");
        Path broken = Files.createDirectories(dir.resolve("chk-1"));
        Files.writeString(broken.resolve("_metadata"), "nonsense");
        assertThatThrownBy(() -> StoredCheckpoint.open(broken))
                .isInstanceOf(OmenException.class)
                .hasMessageContaining("damaged, or not Flink's");
        Path plain = Files.createDirectories(dir.resolve("chk-2"));
        write(OperatorSubtaskState.builder().build(), plain);
        assertThatThrownBy(() -> StoredCheckpoint.open(plain))
                .isInstanceOf(OmenException.class)
                .hasMessageContaining("without vector state");
    }

    private CheckpointVerification verify(Path of) throws Exception {
        return StoredCheckpoint.open(of)
                .verify(Files.createTempDirectory(dir, "scratch"), file -> {});
    }

    /** All files but Flink's own metadata. */
    private List<Path> files() throws Exception {
        try (Stream<Path> walk = Files.walk(dir.resolve("checkpoints"))) {
            return walk.filter(Files::isRegularFile)
                    .filter(file -> !file.endsWith("_metadata"))
                    .toList();
        }
    }

    /**
     * Completes a checkpoint as the job manager does: puts files it holds in the place of
     * references, and writes its metadata to the folder that holds the exclusive files.
     */
    private Path write(OperatorSubtaskState of, long checkpointId) throws Exception {
        of.registerSharedStates(registry, checkpointId);
        try (Stream<Path> walk = Files.walk(dir.resolve("checkpoints"))) {
            Path folder =
                    walk.filter(path -> path.endsWith("chk-" + checkpointId))
                            .findFirst()
                            .orElseThrow();
            write(of, folder);
            return folder;
        }
    }

    private static void write(OperatorSubtaskState state, Path folder) throws Exception {
        write(List.of(state), folder);
    }

    private static void write(List<OperatorSubtaskState> subtasks, Path folder) throws Exception {
        OperatorState operator =
                new OperatorState(
                        null, "vectors", new OperatorID(1, 2), subtasks.size(), MAX_PARALLELISM);
        for (int subtask = 0; subtask < subtasks.size(); subtask++) {
            operator.putState(subtask, subtasks.get(subtask));
        }
        try (OutputStream out = Files.newOutputStream(folder.resolve("_metadata"))) {
            Checkpoints.storeCheckpointMetadata(
                    new CheckpointMetadata(7, List.of(operator), List.of()), out);
        }
    }

    private void upsert(VectorState vectors, String id) {
        float[] vector = new float[DIMENSION];
        for (int d = 0; d < DIMENSION; d++) {
            vector[d] = (float) random.nextGaussian();
        }
        upsert(vectors, id, vector);
    }

    private void upsert(VectorState vectors, String id, float[] vector) {
        byte[] bytes = id.getBytes(StandardCharsets.UTF_8);
        byte[] metadata = ("{\"n\":" + id.hashCode() + "}").getBytes(StandardCharsets.UTF_8);
        int keyGroup = KeyGroupRangeAssignment.assignToKeyGroup(id, MAX_PARALLELISM);
        RowImage image = new RowImage(bytes, keyGroup, "omen.c-0", offset++, 0, metadata, null);
        assertThat(vectors.upsert(NAME, 1, IdHash.of(bytes), image, vector)).isTrue();
        live.put(id, vector);
    }

    private void delete(VectorState vectors, String id) {
        byte[] bytes = id.getBytes(StandardCharsets.UTF_8);
        boolean there = vectors.delete(NAME, 1, IdHash.of(bytes), bytes, "omen.c-0", offset++, 0);
        assertThat(there).isEqualTo(live.remove(id) != null);
    }

    private static CollectionSchema schema() {
        return CollectionSchema.of(NAME, DIMENSION, Metric.L2)
                .withFields(Map.of("n", FieldType.LONG));
    }

    private KeyedOneInputStreamOperatorTestHarness<String, String, String> harness()
            throws Exception {
        return harness(1, 0);
    }

    private KeyedOneInputStreamOperatorTestHarness<String, String, String> harness(
            int parallelism, int subtask) throws Exception {
        KeyedOneInputStreamOperatorTestHarness<String, String, String> harness =
                new KeyedOneInputStreamOperatorTestHarness<>(
                        new KeyedProcessOperator<>(new Nothing()),
                        key -> key,
                        Types.STRING,
                        MAX_PARALLELISM,
                        parallelism,
                        subtask);
        Configuration config = new Configuration();
        config.setString("state.backend.omen.delegate", "hashmap");
        harness.setStateBackend(
                new OmenStateBackendFactory()
                        .createFromConfig(config, StoredCheckpointTest.class.getClassLoader()));
        harness.setCheckpointStorage(
                new FileSystemCheckpointStorage(dir.resolve("checkpoints").toUri(), 0));
        return harness;
    }

    private static VectorState vectorState(
            KeyedOneInputStreamOperatorTestHarness<String, String, String> harness) {
        AbstractStreamOperator<?> operator = (AbstractStreamOperator<?>) harness.getOperator();
        return ((OmenKeyedStateBackend<?>) operator.getKeyedStateBackend()).vectorState();
    }

    /** Vector state is written around it. */
    private static final class Nothing extends KeyedProcessFunction<String, String, String> {
        private static final long serialVersionUID = 1;

        @Override
        public void processElement(String key, Context context, Collector<String> out) {
            // Nothing.
        }
    }
}
