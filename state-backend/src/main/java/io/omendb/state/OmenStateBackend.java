package io.omendb.state;

import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.index.shard.ShardOptions;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.configuration.StateChangelogOptions;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.runtime.execution.Environment;
import org.apache.flink.runtime.execution.SuppressRestartsException;
import org.apache.flink.runtime.state.AbstractKeyedStateBackend;
import org.apache.flink.runtime.state.CheckpointableKeyedStateBackend;
import org.apache.flink.runtime.state.ConfigurableStateBackend;
import org.apache.flink.runtime.state.KeyedStateBackendParametersImpl;
import org.apache.flink.runtime.state.KeyedStateHandle;
import org.apache.flink.runtime.state.OperatorStateBackend;
import org.apache.flink.runtime.state.StateBackend;
import org.apache.flink.runtime.state.hashmap.HashMapStateBackend;
import org.apache.flink.state.rocksdb.EmbeddedRocksDBStateBackend;
import org.jspecify.annotations.Nullable;

/**
 * A state backend that gives every keyed operator what RocksDB (or the heap) gives it, and {@link
 * VectorState} besides. The setting covers every operator of a job; those that never ask for vector
 * state get the delegate's own snapshots.
 */
public final class OmenStateBackend implements ConfigurableStateBackend {
    private static final long serialVersionUID = 1;

    private final StateBackend delegate;
    private final ShardOptions options;
    private final @Nullable String localDirectory;
    private final boolean links;

    public OmenStateBackend() {
        this(new EmbeddedRocksDBStateBackend(true), ShardOptions.DEFAULT, null, true);
    }

    private OmenStateBackend(
            StateBackend delegate,
            ShardOptions options,
            @Nullable String localDirectory,
            boolean links) {
        this.delegate = delegate;
        this.options = options;
        this.localDirectory = localDirectory;
        this.links = links;
    }

    @Override
    public OmenStateBackend configure(ReadableConfig config, ClassLoader classLoader) {
        if (config.get(StateChangelogOptions.ENABLE_STATE_CHANGE_LOG)) {
            throw new OmenException(
                    ErrorCode.INVALID,
                    "state.changelog.enabled: found true, expected false: the changelog would lose vector state");
        }
        StateBackend configured =
                switch (config.get(OmenStateBackendOptions.DELEGATE)) {
                    case ROCKSDB ->
                            new EmbeddedRocksDBStateBackend(true).configure(config, classLoader);
                    case HASHMAP -> new HashMapStateBackend().configure(config, classLoader);
                };
        return new OmenStateBackend(
                configured,
                new ShardOptions(
                        positive(config, OmenStateBackendOptions.SEAL_ROWS),
                        ShardOptions.DEFAULT.sealBytes(),
                        positive(config, OmenStateBackendOptions.INDEX_ROWS),
                        ShardOptions.DEFAULT.growth(),
                        positive(config, OmenStateBackendOptions.PART_ROWS)),
                config.getOptional(OmenStateBackendOptions.LOCAL_DIRECTORY).orElse(null),
                config.get(OmenStateBackendOptions.LINK_FILES));
    }

    @Override
    public <K> CheckpointableKeyedStateBackend<K> createKeyedStateBackend(
            KeyedStateBackendParameters<K> parameters) throws Exception {
        try {
            return create(parameters);
        } catch (OmenException e) {
            // A damaged file stays damaged: restarting would only hide the message.
            throw e.code() == ErrorCode.EXTERNAL ? e : new SuppressRestartsException(e);
        }
    }

    private <K> OmenKeyedStateBackend<K> create(KeyedStateBackendParameters<K> parameters)
            throws Exception {
        List<VectorStateHandle> ours = new ArrayList<>();
        List<KeyedStateHandle> delegated = new ArrayList<>();
        for (KeyedStateHandle handle : parameters.getStateHandles()) {
            if (handle instanceof LocalVectorState || VectorStateHandle.isOurs(handle)) {
                VectorStateHandle read =
                        handle instanceof LocalVectorState local
                                ? local.read()
                                : VectorStateHandle.read(
                                        handle, parameters.getCancelStreamRegistry());
                ours.add(read);
                if (read.delegateHandle() != null) {
                    delegated.add(read.delegateHandle());
                }
            } else if (handle != null) {
                delegated.add(handle);
            }
        }
        AbstractKeyedStateBackend<K> keyed = createDelegate(parameters, delegated);
        VectorStateSource source =
                new VectorStateSource(
                        options,
                        localDirectory(parameters.getEnv()),
                        parameters.getKeyGroupRange(),
                        links);
        try {
            VectorState restored =
                    ours.isEmpty()
                            ? null
                            : new VectorRestore(source, parameters.getCancelStreamRegistry())
                                    .restore(ours);
            return new OmenKeyedStateBackend<>(
                    keyed,
                    source,
                    restored,
                    ours,
                    FullCheckpoints.after(parameters.getStateHandles()),
                    parameters.getEnv().getTaskStateManager().createLocalRecoveryConfig(),
                    !delegated.isEmpty());
        } catch (Exception e) {
            keyed.dispose();
            throw e;
        }
    }

    @Override
    public OperatorStateBackend createOperatorStateBackend(
            OperatorStateBackendParameters parameters) throws Exception {
        return delegate.createOperatorStateBackend(parameters);
    }

    @Override
    public boolean useManagedMemory() {
        return delegate.useManagedMemory();
    }

    @Override
    public boolean supportsNoClaimRestoreMode() {
        return true;
    }

    /**
     * True for both: refusing CANONICAL here would restart the job, so such a savepoint fails when
     * it is taken.
     */
    @Override
    public boolean supportsSavepointFormat(SavepointFormatType formatType) {
        return true;
    }

    private <K> AbstractKeyedStateBackend<K> createDelegate(
            KeyedStateBackendParameters<K> parameters, List<KeyedStateHandle> handles)
            throws Exception {
        CheckpointableKeyedStateBackend<K> keyed =
                delegate.createKeyedStateBackend(
                        new KeyedStateBackendParametersImpl<>(
                                parameters.getEnv(),
                                parameters.getJobID(),
                                parameters.getOperatorIdentifier(),
                                parameters.getKeySerializer(),
                                parameters.getNumberOfKeyGroups(),
                                parameters.getKeyGroupRange(),
                                parameters.getKvStateRegistry(),
                                parameters.getTtlTimeProvider(),
                                parameters.getMetricGroup(),
                                parameters.getCustomInitializationMetrics(),
                                handles,
                                parameters.getCancelStreamRegistry(),
                                parameters.getManagedMemoryFraction()));
        if (keyed instanceof AbstractKeyedStateBackend<K> usable) {
            return usable;
        }
        keyed.dispose();
        throw new IOException(keyed.getClass().getName() + " cannot hold vector state beside it");
    }

    private static int positive(ReadableConfig config, ConfigOption<Integer> option) {
        int value = config.get(option);
        if (value <= 0) {
            throw OmenException.invalid(
                    option.key() + ": found " + value + ", expected a positive number");
        }
        return value;
    }

    private Path localDirectory(Environment env) {
        String name = "omen-" + env.getJobID() + "-" + UUID.randomUUID();
        if (localDirectory != null) {
            return Path.of(localDirectory, name);
        }
        File[] spilling = env.getIOManager().getSpillingDirectories();
        return spilling[env.getTaskInfo().getIndexOfThisSubtask() % spilling.length]
                .toPath()
                .resolve(name);
    }
}
