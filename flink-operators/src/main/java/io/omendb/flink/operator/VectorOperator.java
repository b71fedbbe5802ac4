package io.omendb.flink.operator;

import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.flink.discovery.ShardAddressEvent;
import io.omendb.flink.server.InternalTls;
import io.omendb.flink.server.ShardServer;
import io.omendb.flink.update.ShardUpdate;
import io.omendb.flink.update.ShardUpdate.Define;
import io.omendb.flink.update.ShardUpdate.Delete;
import io.omendb.flink.update.ShardUpdate.Drop;
import io.omendb.flink.update.ShardUpdate.Patch;
import io.omendb.flink.update.ShardUpdate.Position;
import io.omendb.flink.update.ShardUpdate.Progress;
import io.omendb.flink.update.ShardUpdate.Upsert;
import io.omendb.flink.update.ShardUpdate.UpsertBatch;
import io.omendb.flink.update.SubtaskKeys;
import io.omendb.index.background.Niceness;
import io.omendb.index.file.RowImage;
import io.omendb.index.shard.Patched;
import io.omendb.protocol.ShardAddress;
import io.omendb.schema.CollectionDefinition;
import io.omendb.state.OmenKeyedStateBackend;
import io.omendb.state.VectorState;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ScheduledFuture;
import org.apache.flink.api.common.TaskInfo;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.SimpleCounter;
import org.apache.flink.runtime.execution.Environment;
import org.apache.flink.runtime.execution.SuppressRestartsException;
import org.apache.flink.runtime.operators.coordination.OperatorEventGateway;
import org.apache.flink.runtime.state.KeyGroupRange;
import org.apache.flink.runtime.state.KeyedStateBackend;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.operators.StreamOperatorParameters;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.runtime.tasks.ProcessingTimeService;
import org.jspecify.annotations.Nullable;

/**
 * Applies updates to vector state and answers queries about it while it does. Only the task's
 * mailbox thread changes the state; the server's threads read snapshots of it.
 */
final class VectorOperator<T> extends AbstractStreamOperator<T>
        implements OneInputStreamOperator<ShardUpdate, T> {
    private static final long serialVersionUID = 1;

    /** A point is there for so much longer than its collection says, at most. */
    private static final long EXPIRY_PERIOD_MS = 500;

    private final transient @Nullable CollectionDefinition collection;
    private final transient OperatorEventGateway coordinator;
    private transient @Nullable VectorState state;
    private transient @Nullable ShardServer server;

    /** Patches that were not applied: mostly of points that are not there. */
    private transient Counter unappliedPatches = new SimpleCounter();

    private transient int maxParallelism;
    private transient KeyGroupRange owned = KeyGroupRange.EMPTY_KEY_GROUP_RANGE;

    /**
     * @param collection known from the start; null where the stream defines what there is
     */
    VectorOperator(
            StreamOperatorParameters<T> parameters,
            @Nullable CollectionDefinition collection,
            OperatorEventGateway coordinator) {
        super(parameters);
        this.collection = collection;
        this.coordinator = coordinator;
    }

    @Override
    public void open() throws Exception {
        super.open();
        TaskInfo task = getRuntimeContext().getTaskInfo();
        maxParallelism = task.getMaxNumberOfParallelSubtasks();
        OmenKeyedStateBackend<?> backend = backend();
        VectorState opened = backend.vectorState();
        state = opened;
        if (collection != null) {
            define(opened, collection, Set.of());
        }
        ShardMetrics.register(getMetricGroup(), opened);
        unappliedPatches = getMetricGroup().counter("omendb_unapplied_patches");
        Environment environment = getContainingTask().getEnvironment();
        ShardServerAddress bind = ShardServerAddress.of(environment);
        server =
                ShardServer.start(
                        bind.bindHost(),
                        bind.port(),
                        bind.advertisedHost(),
                        task.getIndexOfThisSubtask(),
                        opened,
                        InternalTls.of(environment.getTaskManagerInfo().getConfiguration())
                                .orElse(null));
        KeyGroupRange keyGroups = backend.getKeyGroupRange();
        owned = keyGroups;
        expireAfter(EXPIRY_PERIOD_MS);
        // Threads inherit it, so this comes after those that search were started.
        int nice = IngestPriority.of(environment);
        Niceness.apply(nice);
        opened.makeWay(nice);
        coordinator.sendEventToCoordinator(
                new ShardAddressEvent(
                        new ShardAddress(
                                task.getIndexOfThisSubtask(),
                                task.getNumberOfParallelSubtasks(),
                                task.getAttemptNumber(),
                                bind.advertisedHost(),
                                server.port(),
                                keyGroups.getStartKeyGroup(),
                                keyGroups.getEndKeyGroup())));
    }

    /** On the task's own thread, like all that changes the state. */
    private void expireAfter(long delayMs) {
        ProcessingTimeService time = getProcessingTimeService();
        ScheduledFuture<?> unused =
                time.registerTimer(
                        time.getCurrentProcessingTime() + delayMs,
                        due -> {
                            VectorState target = state;
                            if (target != null) {
                                target.expire(time.getCurrentProcessingTime());
                                expireAfter(EXPIRY_PERIOD_MS);
                            }
                        });
    }

    @Override
    public void processElement(StreamRecord<ShardUpdate> element) {
        VectorState target = state;
        if (target == null) {
            throw new IllegalStateException("operator is not open");
        }
        ShardUpdate update = element.getValue();
        if (update instanceof Upsert upsert) {
            upsert(target, upsert, timestampMs(element, upsert.position()));
        } else if (update instanceof UpsertBatch batch) {
            upsertAll(target, batch);
        } else if (update instanceof Progress progress) {
            Position position = progress.position();
            target.advance(position.source(), position.offset(), position.timestampMs());
        } else if (update instanceof Delete delete) {
            Position position = delete.position();
            target.delete(
                    delete.collection(),
                    delete.generation(),
                    delete.keyHash(),
                    delete.id(),
                    position.source(),
                    position.offset(),
                    position.timestampMs());
        } else if (update instanceof Patch patch) {
            patch(target, patch, timestampMs(element, patch.position()));
        } else if (update instanceof Define define) {
            define(target, define.definition(), define.mappedTopics());
        } else if (update instanceof Drop drop) {
            target.drop(drop.collection(), drop.generation());
        }
    }

    /** A schema that does not fit today will not fit after a restart either. */
    private static void define(
            VectorState target, CollectionDefinition definition, Set<String> mappedTopics) {
        try {
            target.define(definition, mappedTopics);
        } catch (OmenException e) {
            throw e.code() == ErrorCode.CONFLICT ? new SuppressRestartsException(e) : e;
        }
    }

    /** How old a point is counts from its record's time; from its arrival where it has none. */
    private long timestampMs(StreamRecord<ShardUpdate> element, Position position) {
        if (position.timestampMs() > 0) {
            return position.timestampMs();
        }
        return element.hasTimestamp() && element.getTimestamp() > 0
                ? element.getTimestamp()
                : getProcessingTimeService().getCurrentProcessingTime();
    }

    private void upsert(VectorState target, Upsert upsert, long timestampMs) {
        Position position = upsert.position();
        RowImage image =
                new RowImage(
                        upsert.id(),
                        SubtaskKeys.keyGroupOf(upsert.keyHash(), maxParallelism),
                        position.source(),
                        position.offset(),
                        timestampMs,
                        upsert.metadata(),
                        upsert.text(),
                        upsert.sparse());
        target.upsert(
                upsert.collection(), upsert.generation(), upsert.keyHash(), image, upsert.vector());
    }

    private void patch(VectorState target, Patch patch, long timestampMs) {
        Position position = patch.position();
        RowImage origin =
                new RowImage(
                        patch.patch().id().getBytes(StandardCharsets.UTF_8),
                        SubtaskKeys.keyGroupOf(patch.keyHash(), maxParallelism),
                        position.source(),
                        position.offset(),
                        timestampMs,
                        null,
                        null);
        Patched patched =
                target.patch(
                        patch.collection(),
                        patch.generation(),
                        patch.keyHash(),
                        origin,
                        patch.patch());
        if (patched != Patched.APPLIED && patched != Patched.STALE) {
            unappliedPatches.inc();
        }
        if (patched == Patched.TOO_LARGE) {
            LOG.warn(
                    "a patch of point '{}' of {} was not applied: its metadata would be too large",
                    patch.patch().id(),
                    patch.collection());
        }
    }

    /** Patches that changed nothing since the task was started, as its metric has it. */
    long unappliedPatches() {
        return unappliedPatches.getCount();
    }

    private void upsertAll(VectorState target, UpsertBatch batch) {
        long[] idHashes = batch.idHashes();
        int[] keyGroups = new int[idHashes.length];
        for (int row = 0; row < keyGroups.length; row++) {
            keyGroups[row] = SubtaskKeys.keyGroupOf(idHashes[row], maxParallelism);
            if (!owned.contains(keyGroups[row])) {
                throw new IllegalStateException(
                        "a batch for another subtask: key group "
                                + keyGroups[row]
                                + " is not of "
                                + owned);
            }
        }
        Position position = batch.position();
        target.upsertAll(
                batch.collection(),
                batch.generation(),
                idHashes,
                keyGroups,
                batch.points(),
                position.source(),
                position.offset(),
                position.timestampMs());
    }

    /** A restarting or finished task stops answering before its state goes. */
    @Override
    public void close() throws Exception {
        try {
            if (server != null) {
                server.close();
                server = null;
            }
        } finally {
            super.close();
        }
    }

    private OmenKeyedStateBackend<?> backend() {
        KeyedStateBackend<?> backend = getKeyedStateBackend();
        if (backend instanceof OmenKeyedStateBackend<?> ours) {
            return ours;
        }
        String found = backend == null ? "none" : backend.getBackendTypeIdentifier();
        throw new OmenException(
                ErrorCode.INVALID,
                "vector operators need the vector state backend: set state.backend.type to "
                        + "io.omendb.state.OmenStateBackendFactory, found "
                        + found);
    }
}
