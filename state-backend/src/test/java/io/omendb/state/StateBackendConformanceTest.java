package io.omendb.state;

import static org.assertj.core.api.Assumptions.assumeThat;

import io.omendb.index.file.RowImage;
import io.omendb.index.segment.IdHash;
import io.omendb.schema.CollectionDefinition;
import io.omendb.schema.CollectionSchema;
import io.omendb.schema.Metric;
import io.omendb.state.OmenStateBackendOptions.Delegate;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.runtime.execution.Environment;
import org.apache.flink.runtime.state.CheckpointStorage;
import org.apache.flink.runtime.state.CheckpointableKeyedStateBackend;
import org.apache.flink.runtime.state.ConfigurableStateBackend;
import org.apache.flink.runtime.state.KeyGroupRange;
import org.apache.flink.runtime.state.KeyedStateHandle;
import org.apache.flink.runtime.state.StateBackendTestBase;
import org.apache.flink.runtime.state.hashmap.HashMapStateBackend;
import org.apache.flink.runtime.state.storage.FileSystemCheckpointStorage;
import org.apache.flink.testutils.junit.extensions.parameterized.Parameter;
import org.apache.flink.testutils.junit.extensions.parameterized.ParameterizedTestExtension;
import org.apache.flink.testutils.junit.extensions.parameterized.Parameters;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * Flink's own tests of state backends, over both delegates; by itself and with vector state beside
 * the ordinary one, so that every snapshot is one of ours.
 */
@ExtendWith(ParameterizedTestExtension.class)
class StateBackendConformanceTest extends StateBackendTestBase<HashMapStateBackend> {
    private static final String OF_EMPTY_STATE = "testEmptyStateCheckpointing";

    @Parameters(name = "{0}, vectors {1}")
    static List<Object[]> modes() {
        return List.of(
                new Object[] {Delegate.ROCKSDB, false},
                new Object[] {Delegate.ROCKSDB, true},
                new Object[] {Delegate.HASHMAP, false},
                new Object[] {Delegate.HASHMAP, true});
    }

    @Parameter(0)
    public Delegate delegate;

    @Parameter(1)
    public boolean vectors;

    @TempDir Path dir;

    @Override
    protected ConfigurableStateBackend getStateBackend() {
        Configuration config = new Configuration();
        config.set(OmenStateBackendOptions.DELEGATE, delegate);
        return new OmenStateBackend().configure(config, getClass().getClassLoader());
    }

    @Override
    protected CheckpointStorage getCheckpointStorage() throws IOException {
        return new FileSystemCheckpointStorage(
                Files.createTempDirectory(dir, "checkpoints").toUri(), 0);
    }

    @Override
    protected boolean isSerializerPresenceRequiredOnRestore() {
        return delegate == Delegate.HASHMAP;
    }

    @Override
    protected boolean supportsAsynchronousSnapshots() {
        return true;
    }

    @Override
    protected boolean isSafeToReuseKVState() {
        return delegate == Delegate.ROCKSDB;
    }

    @Override
    protected <K> CheckpointableKeyedStateBackend<K> createKeyedBackend(
            TypeSerializer<K> keys, int keyGroups, KeyGroupRange range, Environment environment)
            throws Exception {
        return withVectors(super.createKeyedBackend(keys, keyGroups, range, environment), range);
    }

    @Override
    protected <K> CheckpointableKeyedStateBackend<K> restoreKeyedBackend(
            TypeSerializer<K> keys,
            int keyGroups,
            KeyGroupRange range,
            List<KeyedStateHandle> state,
            Environment environment)
            throws Exception {
        return withVectors(
                super.restoreKeyedBackend(keys, keyGroups, range, state, environment), range);
    }

    @BeforeEach
    void skipWhatDoesNotApply(TestInfo test) {
        if (vectors && test.getTestMethod().orElseThrow().getName().equals(OF_EMPTY_STATE)) {
            assumeThat(false).as("state with vectors in it is not empty").isTrue();
        }
    }

    private <K> CheckpointableKeyedStateBackend<K> withVectors(
            CheckpointableKeyedStateBackend<K> backend, KeyGroupRange range) {
        if (vectors) {
            VectorState state = ((OmenKeyedStateBackend<K>) backend).vectorState();
            state.define(
                    new CollectionDefinition(
                            CollectionSchema.of("c", 2, Metric.L2), "omen.c", 1, Map.of()));
            byte[] id = "a".getBytes(StandardCharsets.UTF_8);
            state.upsert(
                    "c",
                    1,
                    IdHash.of(id),
                    new RowImage(id, range.getStartKeyGroup(), "omen.c-0", 0, 0, null, null),
                    new float[] {1, 2});
        }
        return backend;
    }
}
