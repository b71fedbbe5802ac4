package io.omendb.flink.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.omendb.flink.update.ShardUpdate;
import io.omendb.flink.update.ShardUpdate.Define;
import io.omendb.flink.update.ShardUpdate.Delete;
import io.omendb.flink.update.ShardUpdate.Drop;
import io.omendb.flink.update.ShardUpdate.Patch;
import io.omendb.flink.update.ShardUpdate.Position;
import io.omendb.flink.update.ShardUpdate.Progress;
import io.omendb.flink.update.ShardUpdate.Upsert;
import io.omendb.flink.update.ShardUpdateType;
import io.omendb.flink.update.SubtaskKeys;
import io.omendb.index.segment.IdHash;
import io.omendb.index.shard.Hit;
import io.omendb.record.PointPatch;
import io.omendb.schema.CollectionDefinition;
import io.omendb.schema.CollectionSchema;
import io.omendb.schema.FieldType;
import io.omendb.schema.Metric;
import io.omendb.schema.SchemaJson;
import io.omendb.state.OmenKeyedStateBackend;
import io.omendb.state.OmenStateBackend;
import io.omendb.state.VectorState;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.checkpoint.SavepointType;
import org.apache.flink.runtime.execution.SuppressRestartsException;
import org.apache.flink.runtime.state.IncrementalRemoteKeyedStateHandle;
import org.apache.flink.runtime.state.PlaceholderStreamStateHandle;
import org.apache.flink.runtime.state.SharedStateRegistry;
import org.apache.flink.runtime.state.SharedStateRegistryImpl;
import org.apache.flink.runtime.state.hashmap.HashMapStateBackend;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.AbstractStreamOperatorTestHarness;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The operator in Flink's own harness: updates in, state, snapshots, restores at other
 * parallelisms.
 */
class VectorOperatorTest {
    private static final int MAX_PARALLELISM = 16;
    private static final String SOURCE = "omen.c-0";

    @Test
    void updates_areAppliedInOrder() throws Exception {
        try (Harness harness = Harness.open(1, 0, "hashmap", null)) {
            harness.process(define(1));
            harness.process(upsert("a", 1, 0));
            harness.process(upsert("b", 2, 1));
            harness.process(upsert("a", 3, 2));
            harness.process(delete("b", 3));
            assertThat(harness.rows()).isEqualTo(Map.of("a", 3f));
            assertThat(harness.state().applied().current().get(SOURCE).offset()).isEqualTo(3);
            harness.process(new Progress(0, new Position(SOURCE, 17, 1)));
            assertThat(harness.state().applied().current().get(SOURCE).offset()).isEqualTo(17);
        }
    }

    @Test
    void patches_areAppliedInTheirPlace_andThoseOfNoPointAreCounted() throws Exception {
        try (Harness harness = Harness.open(1, 0, "hashmap", null)) {
            harness.process(define(1));
            harness.process(patch("a", 1, 0));
            harness.process(upsert("a", 1, 1));
            harness.process(patch("a", 5, 2));
            harness.process(patch("a", 4, 2));
            assertThat(harness.rows()).isEqualTo(Map.of("a", 5f));
            harness.process(delete("a", 3));
            harness.process(patch("a", 6, 4));
            assertThat(harness.rows()).isEmpty();
            assertThat(harness.unappliedPatches()).isEqualTo(2);
            assertThat(harness.state().applied().current().get(SOURCE).offset()).isEqualTo(4);
        }
    }

    @Test
    void pointsOlderThanTheirCollectionKeepsThem_go() throws Exception {
        CollectionSchema minute =
                SchemaJson.read(
                        "c",
                        "{\"dimension\":2,\"metric\":\"l2\",\"ttl_seconds\":60}"
                                .getBytes(StandardCharsets.UTF_8));
        try (Harness harness = Harness.open(1, 0, "hashmap", null)) {
            harness.flink.setProcessingTime(100_000);
            harness.process(new Define(0, new CollectionDefinition(minute, "omen.c", 1, Map.of())));
            harness.process(upsert("a", 1, 99_000));
            harness.process(upsert("b", 2, 99_500));
            harness.flink.setProcessingTime(158_999);
            assertThat(harness.rows()).hasSize(2);
            harness.flink.setProcessingTime(159_500);
            assertThat(harness.rows()).containsOnlyKeys("b");
            harness.process(upsert("b", 3, 120_000));
            harness.flink.setProcessingTime(179_000);
            assertThat(harness.rows()).isEqualTo(Map.of("b", 3f));
            harness.flink.setProcessingTime(181_000);
            assertThat(harness.rows()).isEmpty();
        }
    }

    @Test
    void upsert_beforeItsCollectionIsDefined_isADefect() throws Exception {
        try (Harness harness = Harness.open(1, 0, "hashmap", null)) {
            assertThatThrownBy(() -> harness.process(upsert("a", 1, 0)))
                    .hasMessageContaining("was not defined before its first write");
        }
    }

    @Test
    void dropAndDefineAgain_olderGenerationsAreIgnored() throws Exception {
        try (Harness harness = Harness.open(1, 0, "hashmap", null)) {
            harness.process(define(1));
            harness.process(upsert("a", 1, 0));
            harness.process(new Drop(0, "c", 1));
            assertThat(harness.state().collection("c")).isEmpty();
            harness.process(upsert("late", 1, 1));
            harness.process(define(1));
            assertThat(harness.state().collection("c")).isEmpty();
            harness.process(define(2));
            harness.process(upsert("late", 1, 2));
            assertThat(harness.rows()).isEmpty();
        }
    }

    /** What was read before the drop may be told after it; the next log may begin anew. */
    @Test
    void defineAfterADrop_knowsNoPositionsOfBefore() throws Exception {
        try (Harness harness = Harness.open(1, 0, "hashmap", null)) {
            harness.process(define(1));
            harness.process(new Progress(0, new Position("omen.c-0", 4, 1)));
            harness.process(new Drop(0, "c", 1));
            harness.process(new Progress(0, new Position("omen.c-0", 5, 1)));
            harness.process(define(2));
            assertThat(harness.state().applied().current()).doesNotContainKey("omen.c-0");
        }
    }

    @Test
    void open_withAnotherStateBackend_saysWhatToSet() throws Exception {
        try (KeyedOneInputStreamOperatorTestHarness<Long, ShardUpdate, Void> harness =
                new KeyedOneInputStreamOperatorTestHarness<>(
                        new VectorOperatorFactory<Void>(),
                        ShardUpdate::keyHash,
                        Types.LONG,
                        ShardUpdateType.INSTANCE.createSerializer(null))) {
            harness.setStateBackend(new HashMapStateBackend());
            assertThatThrownBy(harness::open)
                    .hasMessageContaining("state.backend.type")
                    .hasMessageContaining("io.omendb.state.OmenStateBackendFactory");
        }
    }

    /** Without any state of Flink's own, as in the job. */
    @ParameterizedTest
    @ValueSource(strings = {"rocksdb", "hashmap"})
    void canonicalSavepoint_isDeclined_andTheOperatorGoesOn(String delegate) throws Exception {
        try (Harness harness = Harness.open(1, 0, delegate, null)) {
            harness.process(define(1));
            harness.process(upsert("a", 1, 0));
            assertThatThrownBy(
                            () ->
                                    harness.flink.snapshotWithLocalState(
                                            1,
                                            1,
                                            SavepointType.savepoint(SavepointFormatType.CANONICAL)))
                    .hasStackTraceContaining("take a NATIVE one");
            harness.process(upsert("b", 2, 1));
            assertThat(harness.rows()).isEqualTo(Map.of("a", 1f, "b", 2f));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"rocksdb", "hashmap"})
    void snapshotAndRestore_keepsRowsTombstonesAndOffsets(String delegate) throws Exception {
        OperatorSubtaskState snapshot;
        try (Harness harness = Harness.open(1, 0, delegate, null)) {
            harness.process(define(1));
            for (int i = 0; i < 100; i++) {
                harness.process(upsert("id" + i, i, i));
            }
            OperatorSubtaskState first = harness.snapshot(1);
            harness.completed(1);
            assertThat(first.getManagedKeyedState()).hasSize(1);
            for (int i = 0; i < 50; i++) {
                harness.process(upsert("id" + i, 1000 + i, 100 + i));
            }
            harness.process(delete("id99", 150));
            snapshot = harness.snapshot(2);
            // What the job manager does: it puts the files of the first checkpoint in place of
            // references to them.
            SharedStateRegistry registry = new SharedStateRegistryImpl();
            first.registerSharedStates(registry, 1);
            assertThat(references(snapshot)).as("files uploaded once").isPositive();
            snapshot.registerSharedStates(registry, 2);
            assertThat(references(snapshot)).isZero();
            harness.process(upsert("afterwards", 5, 151));
        }
        try (Harness harness = Harness.open(1, 0, delegate, snapshot)) {
            Map<String, Float> rows = harness.rows();
            assertThat(rows).hasSize(99).doesNotContainKeys("id99", "afterwards");
            assertThat(rows.get("id7")).isEqualTo(1007);
            assertThat(rows.get("id70")).isEqualTo(70);
            assertThat(harness.state().applied().current().get(SOURCE).offset()).isEqualTo(150);
            harness.process(upsert("id70", 2000, 151));
            harness.process(upsert("id71", 2000, 3));
            assertThat(harness.rows().get("id70")).isEqualTo(2000);
            assertThat(harness.rows().get("id71")).as("an older position is stale").isEqualTo(71);
        }
    }

    @Test
    void restore_atOtherParallelisms_everyRowHasOneOwner() throws Exception {
        SharedStateRegistry registry = new SharedStateRegistryImpl();
        OperatorSubtaskState one;
        try (Harness harness = Harness.open(1, 0, "hashmap", null)) {
            harness.process(define(1));
            for (int i = 0; i < 300; i++) {
                harness.process(upsert("id" + i, i, i));
            }
            harness.process(delete("id0", 300));
            one = completed(harness.snapshot(1), 1, registry);
        }
        OperatorSubtaskState[] three = new OperatorSubtaskState[3];
        Set<String> seen = new HashSet<>();
        for (int subtask = 0; subtask < 3; subtask++) {
            OperatorSubtaskState part =
                    AbstractStreamOperatorTestHarness.repartitionOperatorState(
                            one, MAX_PARALLELISM, 1, 3, subtask);
            try (Harness harness = Harness.open(3, subtask, "hashmap", part)) {
                harness.rows().keySet().forEach(id -> assertThat(seen.add(id)).as(id).isTrue());
                three[subtask] = completed(harness.snapshot(2), 2, registry);
            }
        }
        assertThat(seen).hasSize(299).doesNotContain("id0");
        OperatorSubtaskState together = AbstractStreamOperatorTestHarness.repackageState(three);
        OperatorSubtaskState again =
                AbstractStreamOperatorTestHarness.repartitionOperatorState(
                        together, MAX_PARALLELISM, 3, 1, 0);
        try (Harness harness = Harness.open(1, 0, "hashmap", again)) {
            assertThat(harness.rows().keySet()).isEqualTo(seen);
        }
    }

    @Test
    void define_otherSchemaThanTheRows_isRefusedForGood() throws Exception {
        try (Harness harness = Harness.open(1, 0, "hashmap", null)) {
            harness.process(define(1));
            harness.process(define(1));
            CollectionSchema other =
                    CollectionSchema.of("c", 3, Metric.COSINE)
                            .withFields(Map.of("n", FieldType.DOUBLE));
            Define asked = new Define(0, new CollectionDefinition(other, "omen.c", 1, Map.of()));
            assertThatThrownBy(() -> harness.process(asked))
                    .isInstanceOf(SuppressRestartsException.class)
                    .hasRootCauseMessage(
                            "collection c does not fit its stored rows: dimension is 2 in the state and 3 in the job,"
                                    + " metric is l2 in the state and cosine in the job,"
                                    + " fields is {n=LONG} in the state and {n=DOUBLE} in the job."
                                    + " Keep the schema, choose another collection name, or start without the old state");
            harness.process(new Define(0, new CollectionDefinition(other, "omen.c", 2, Map.of())));
            assertThat(harness.rows()).isEmpty();
        }
    }

    @Test
    void subtaskKeys_reachTheSubtaskTheyAreFor() {
        assertThat(SubtaskKeys.perSubtask(7, 128)).hasSize(7).doesNotHaveDuplicates();
        assertThat(SubtaskKeys.perKeyGroup(128)).hasSize(128).doesNotHaveDuplicates();
    }

    /** As the checkpoint coordinator completes it: references stand for the files they name. */
    private static OperatorSubtaskState completed(
            OperatorSubtaskState snapshot, long checkpoint, SharedStateRegistry registry) {
        snapshot.getManagedKeyedState()
                .forEach(handle -> handle.registerSharedStates(registry, checkpoint));
        return snapshot;
    }

    private static long references(OperatorSubtaskState snapshot) {
        return snapshot.getManagedKeyedState().stream()
                .flatMap(
                        handle ->
                                ((IncrementalRemoteKeyedStateHandle) handle)
                                        .getSharedState().stream())
                .filter(file -> file.getHandle() instanceof PlaceholderStreamStateHandle)
                .count();
    }

    private static Define define(long generation) {
        CollectionSchema schema =
                CollectionSchema.of("c", 2, Metric.L2).withFields(Map.of("n", FieldType.LONG));
        return new Define(0, new CollectionDefinition(schema, "omen.c", generation, Map.of()));
    }

    private static Upsert upsert(String id, int value, long offset) {
        byte[] bytes = id.getBytes(StandardCharsets.UTF_8);
        return new Upsert(
                "c",
                1,
                IdHash.of(bytes),
                bytes,
                new Position(SOURCE, offset, offset),
                new float[] {value, 1},
                ("{\"n\":" + value + "}").getBytes(StandardCharsets.UTF_8),
                null);
    }

    private static Patch patch(String id, int value, long offset) {
        return new Patch(
                "c",
                1,
                IdHash.of(id.getBytes(StandardCharsets.UTF_8)),
                new Position(SOURCE, offset, offset),
                new PointPatch(id, new float[] {value, 1}, null, null, null, Set.of()));
    }

    private static Delete delete(String id, long offset) {
        byte[] bytes = id.getBytes(StandardCharsets.UTF_8);
        return new Delete("c", 1, IdHash.of(bytes), bytes, new Position(SOURCE, offset, offset));
    }

    /** One subtask. */
    private record Harness(KeyedOneInputStreamOperatorTestHarness<Long, ShardUpdate, Void> flink)
            implements AutoCloseable {

        static Harness open(
                int parallelism, int subtask, String delegate, OperatorSubtaskState restored)
                throws Exception {
            Configuration config = new Configuration();
            config.setString("state.backend.omen.delegate", delegate);
            KeyedOneInputStreamOperatorTestHarness<Long, ShardUpdate, Void> flink =
                    new KeyedOneInputStreamOperatorTestHarness<>(
                            new VectorOperatorFactory<Void>(),
                            ShardUpdate::keyHash,
                            Types.LONG,
                            MAX_PARALLELISM,
                            parallelism,
                            subtask);
            flink.setStateBackend(
                    new OmenStateBackend().configure(config, Harness.class.getClassLoader()));
            if (restored != null) {
                flink.initializeState(restored);
            }
            flink.open();
            return new Harness(flink);
        }

        void process(ShardUpdate update) throws Exception {
            flink.processElement(new StreamRecord<>(update));
        }

        OperatorSubtaskState snapshot(long checkpoint) throws Exception {
            return flink.snapshot(checkpoint, checkpoint);
        }

        void completed(long checkpoint) throws Exception {
            flink.notifyOfCompletedCheckpoint(checkpoint);
        }

        VectorState state() {
            AbstractStreamOperator<?> operator = (AbstractStreamOperator<?>) flink.getOperator();
            return ((OmenKeyedStateBackend<?>) operator.getKeyedStateBackend()).vectorState();
        }

        long unappliedPatches() {
            return ((VectorOperator<?>) flink.getOperator()).unappliedPatches();
        }

        /** First component by id of every live row. */
        Map<String, Float> rows() {
            Map<String, Float> rows = new TreeMap<>();
            List<Hit> hits = state().collection("c").orElseThrow().shard().snapshot().liveRows();
            hits.forEach(hit -> assertThat(rows.put(hit.id(), hit.vector()[0])).isNull());
            return rows;
        }

        @Override
        public void close() throws Exception {
            flink.close();
        }
    }
}
