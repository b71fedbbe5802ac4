package io.omendb.state;

import java.io.IOException;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.RunnableFuture;
import java.util.stream.Stream;
import org.apache.flink.api.common.state.State;
import org.apache.flink.api.common.state.StateDescriptor;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.runtime.checkpoint.CheckpointOptions;
import org.apache.flink.runtime.checkpoint.SnapshotType;
import org.apache.flink.runtime.state.AbstractKeyedStateBackend;
import org.apache.flink.runtime.state.CheckpointStreamFactory;
import org.apache.flink.runtime.state.DoneFuture;
import org.apache.flink.runtime.state.KeyGroupedInternalPriorityQueue;
import org.apache.flink.runtime.state.Keyed;
import org.apache.flink.runtime.state.KeyedStateBackend;
import org.apache.flink.runtime.state.KeyedStateFunction;
import org.apache.flink.runtime.state.KeyedStateHandle;
import org.apache.flink.runtime.state.LocalRecoveryConfig;
import org.apache.flink.runtime.state.PriorityComparable;
import org.apache.flink.runtime.state.SavepointResources;
import org.apache.flink.runtime.state.SnapshotExecutionType;
import org.apache.flink.runtime.state.SnapshotResult;
import org.apache.flink.runtime.state.SnapshotStrategyRunner;
import org.apache.flink.runtime.state.StateSnapshotTransformer.StateSnapshotTransformFactory;
import org.apache.flink.runtime.state.heap.HeapPriorityQueueElement;
import org.jspecify.annotations.Nullable;

/**
 * Keyed state with vectors beside it. Everything about ordinary state goes to the delegate. It
 * extends the abstract class (and shares the delegate's fields through the copy constructor)
 * because Flink tests for that class when it snapshots timers.
 */
public final class OmenKeyedStateBackend<K> extends AbstractKeyedStateBackend<K> {
    private static final String TYPE = "omen";

    private final AbstractKeyedStateBackend<K> delegate;
    private final VectorStateSource source;
    private final UUID backendId = UUID.randomUUID();
    private final UploadedSegments uploaded = new UploadedSegments();
    private final FullCheckpoints fullCheckpoints;
    private final LocalRecoveryConfig localRecovery;
    private @Nullable VectorState vectorState;

    /** Whether anybody keeps ordinary state or timers here; most vector operators do not. */
    private boolean delegateHasState;

    OmenKeyedStateBackend(
            AbstractKeyedStateBackend<K> delegate,
            VectorStateSource source,
            @Nullable VectorState restored,
            List<VectorStateHandle> restoredFrom,
            FullCheckpoints fullCheckpoints,
            LocalRecoveryConfig localRecovery,
            boolean delegateRestored) {
        super(delegate);
        this.delegate = delegate;
        this.source = source;
        this.vectorState = restored;
        this.fullCheckpoints = fullCheckpoints;
        this.localRecovery = localRecovery;
        this.delegateHasState = delegateRestored;
        if (!restoredFrom.isEmpty()) {
            uploaded.restored(restoredFrom);
        }
    }

    /** The operator's vector state; made on first use. Only the task thread calls this. */
    public VectorState vectorState() {
        if (vectorState == null) {
            vectorState = source.open();
        }
        return vectorState;
    }

    @Override
    public RunnableFuture<SnapshotResult<KeyedStateHandle>> snapshot(
            long checkpointId,
            long timestamp,
            CheckpointStreamFactory streamFactory,
            CheckpointOptions checkpointOptions)
            throws Exception {
        CheckpointOptions options = fullCheckpoints.optionsFor(checkpointId, checkpointOptions);
        // RocksDB would write a checkpoint of nothing, on the task's thread.
        RunnableFuture<SnapshotResult<KeyedStateHandle>> delegated =
                vectorState == null || delegateHasState
                        ? delegate.snapshot(checkpointId, timestamp, streamFactory, options)
                        : DoneFuture.of(SnapshotResult.empty());
        if (vectorState == null) {
            return delegated;
        }
        VectorSnapshotStrategy strategy =
                new VectorSnapshotStrategy(
                        vectorState,
                        !options.getCheckpointType().isSavepoint(),
                        delegated,
                        uploaded,
                        backendId,
                        keyGroupRange,
                        localRecovery.getLocalStateDirectoryProvider().orElse(null),
                        source.links());
        return new SnapshotStrategyRunner<>(
                        "Vector state snapshot",
                        strategy,
                        cancelStreamRegistry,
                        SnapshotExecutionType.ASYNCHRONOUS)
                .snapshot(checkpointId, timestamp, streamFactory, options);
    }

    /** A CANONICAL savepoint has no place for vectors: taking one fails, and the job goes on. */
    @Override
    public SavepointResources<K> savepoint() throws Exception {
        SavepointResources<K> resources = delegate.savepoint();
        return vectorState == null
                ? resources
                : new SavepointResources<>(
                        new RefusedCanonicalSavepoint<>(resources.getSnapshotResources()),
                        SnapshotExecutionType.ASYNCHRONOUS);
    }

    @Override
    public void notifyCheckpointComplete(long checkpointId) throws Exception {
        uploaded.complete(checkpointId);
        if (vectorState != null) {
            vectorState.committed().complete(checkpointId);
        }
        fullCheckpoints.complete(checkpointId);
        delegate.notifyCheckpointComplete(checkpointId);
    }

    @Override
    public void notifyCheckpointAborted(long checkpointId) throws Exception {
        uploaded.abort(checkpointId);
        if (vectorState != null) {
            vectorState.committed().abort(checkpointId);
        }
        delegate.notifyCheckpointAborted(checkpointId);
    }

    @Override
    public void notifyCheckpointSubsumed(long checkpointId) throws Exception {
        delegate.notifyCheckpointSubsumed(checkpointId);
    }

    @Override
    public void dispose() {
        try {
            if (vectorState != null) {
                vectorState.close();
            }
        } finally {
            delegate.dispose();
        }
    }

    @Override
    public void close() throws IOException {
        delegate.close();
    }

    @Override
    public void setCurrentKey(K newKey) {
        delegate.setCurrentKey(newKey);
    }

    @Override
    public void setCurrentKeyAndKeyGroup(K newKey, int newKeyGroupIndex) {
        delegate.setCurrentKeyAndKeyGroup(newKey, newKeyGroupIndex);
    }

    @Override
    public void setCurrentKeyGroupIndex(int currentKeyGroupIndex) {
        delegate.setCurrentKeyGroupIndex(currentKeyGroupIndex);
    }

    @Override
    public <N, S extends State, T> void applyToAllKeys(
            N namespace,
            TypeSerializer<N> namespaceSerializer,
            StateDescriptor<S, T> stateDescriptor,
            KeyedStateFunction<K, S> function)
            throws Exception {
        delegate.applyToAllKeys(namespace, namespaceSerializer, stateDescriptor, function);
    }

    @Override
    public <N, S extends State, V> S getOrCreateKeyedState(
            TypeSerializer<N> namespaceSerializer, StateDescriptor<S, V> stateDescriptor)
            throws Exception {
        delegateHasState = true;
        return delegate.getOrCreateKeyedState(namespaceSerializer, stateDescriptor);
    }

    @Override
    public <N, S extends State> S getPartitionedState(
            N namespace,
            TypeSerializer<N> namespaceSerializer,
            StateDescriptor<S, ?> stateDescriptor)
            throws Exception {
        delegateHasState = true;
        return delegate.getPartitionedState(namespace, namespaceSerializer, stateDescriptor);
    }

    @Override
    public <N> Stream<K> getKeys(String state, N namespace) {
        return delegate.getKeys(state, namespace);
    }

    @Override
    public <N> Stream<K> getKeys(List<String> states, N namespace) {
        return delegate.getKeys(states, namespace);
    }

    @Override
    public <N> Stream<Tuple2<K, N>> getKeysAndNamespaces(String state) {
        return delegate.getKeysAndNamespaces(state);
    }

    @Override
    public <N, SV, S extends State, IS extends S> IS createOrUpdateInternalState(
            TypeSerializer<N> namespaceSerializer, StateDescriptor<S, SV> stateDesc)
            throws Exception {
        delegateHasState = true;
        return delegate.createOrUpdateInternalState(namespaceSerializer, stateDesc);
    }

    @Override
    public <N, SV, SEV, S extends State, IS extends S> IS createOrUpdateInternalState(
            TypeSerializer<N> namespaceSerializer,
            StateDescriptor<S, SV> stateDesc,
            StateSnapshotTransformFactory<SEV> snapshotTransformFactory)
            throws Exception {
        delegateHasState = true;
        return delegate.createOrUpdateInternalState(
                namespaceSerializer, stateDesc, snapshotTransformFactory);
    }

    @Override
    public <N, SV, SEV, S extends State, IS extends S> IS createOrUpdateInternalState(
            TypeSerializer<N> namespaceSerializer,
            StateDescriptor<S, SV> stateDesc,
            StateSnapshotTransformFactory<SEV> snapshotTransformFactory,
            boolean allowFutureMetadataUpdates)
            throws Exception {
        delegateHasState = true;
        return delegate.createOrUpdateInternalState(
                namespaceSerializer,
                stateDesc,
                snapshotTransformFactory,
                allowFutureMetadataUpdates);
    }

    @Override
    public <T extends HeapPriorityQueueElement & PriorityComparable<? super T> & Keyed<?>>
            KeyGroupedInternalPriorityQueue<T> create(
                    String stateName, TypeSerializer<T> byteOrderedElementSerializer) {
        delegateHasState = true;
        return delegate.create(stateName, byteOrderedElementSerializer);
    }

    @Override
    public <T extends HeapPriorityQueueElement & PriorityComparable<? super T> & Keyed<?>>
            KeyGroupedInternalPriorityQueue<T> create(
                    String stateName,
                    TypeSerializer<T> byteOrderedElementSerializer,
                    boolean allowFutureMetadataUpdates) {
        delegateHasState = true;
        return delegate.create(stateName, byteOrderedElementSerializer, allowFutureMetadataUpdates);
    }

    @Override
    public boolean requiresLegacySynchronousTimerSnapshots(SnapshotType checkpointType) {
        return delegate.requiresLegacySynchronousTimerSnapshots(checkpointType);
    }

    @Override
    public boolean isSafeToReuseKVState() {
        return delegate.isSafeToReuseKVState();
    }

    @Override
    public String getBackendTypeIdentifier() {
        return TYPE;
    }

    @Override
    public int numKeyValueStateEntries() {
        return delegate.numKeyValueStateEntries();
    }

    @Override
    public KeyedStateBackend<K> getDelegatedKeyedStateBackend(boolean recursive) {
        return delegate.getDelegatedKeyedStateBackend(recursive);
    }
}
