package io.omendb.state;

import io.omendb.index.file.RowImage;
import io.omendb.index.segment.IdHash;
import io.omendb.schema.CollectionDefinition;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RunnableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.common.typeutils.base.StringSerializer;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.core.fs.CloseableRegistry;
import org.apache.flink.metrics.groups.UnregisteredMetricsGroup;
import org.apache.flink.runtime.checkpoint.CheckpointOptions;
import org.apache.flink.runtime.checkpoint.CheckpointType;
import org.apache.flink.runtime.checkpoint.Checkpoints;
import org.apache.flink.runtime.checkpoint.OperatorState;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.checkpoint.SavepointType;
import org.apache.flink.runtime.checkpoint.SnapshotType;
import org.apache.flink.runtime.checkpoint.StateAssignmentOperation;
import org.apache.flink.runtime.checkpoint.metadata.CheckpointMetadata;
import org.apache.flink.runtime.jobgraph.OperatorID;
import org.apache.flink.runtime.operators.testutils.MockEnvironment;
import org.apache.flink.runtime.operators.testutils.MockEnvironmentBuilder;
import org.apache.flink.runtime.state.CheckpointStorageLocation;
import org.apache.flink.runtime.state.IncrementalKeyedStateHandle.HandleAndLocalPath;
import org.apache.flink.runtime.state.IncrementalRemoteKeyedStateHandle;
import org.apache.flink.runtime.state.KeyGroupRange;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;
import org.apache.flink.runtime.state.KeyedStateBackendParametersImpl;
import org.apache.flink.runtime.state.KeyedStateHandle;
import org.apache.flink.runtime.state.SharedStateRegistry;
import org.apache.flink.runtime.state.SharedStateRegistryImpl;
import org.apache.flink.runtime.state.SnapshotResult;
import org.apache.flink.runtime.state.StreamStateHandle;
import org.apache.flink.runtime.state.VoidNamespace;
import org.apache.flink.runtime.state.VoidNamespaceSerializer;
import org.apache.flink.runtime.state.ttl.TtlTimeProvider;

/**
 * The state backends of an operator's subtasks and, for what concerns them, the checkpoint
 * coordinator: it triggers, completes, aborts and subsumes checkpoints as Flink's does, and keeps
 * two of them.
 */
final class SimulatedJob implements AutoCloseable {
    static final int KEY_GROUPS = 8;
    private static final String SOURCE = "omen.c-0";
    private static final int RETAINED = 2;

    private final OmenStateBackend stateBackend;
    private final CollectionDefinition definition;
    private final SimulatedStorage storage;
    private final Random random;
    private ExecutorService asynchronous = Executors.newFixedThreadPool(2);
    private final List<Subtask> subtasks = new ArrayList<>();
    private final Deque<Completed> completed = new ArrayDeque<>();
    private SharedStateRegistry registry = new SharedStateRegistryImpl();
    private boolean fullNext;
    private long lastCheckpoint;

    private record Subtask(
            MockEnvironment environment,
            CloseableRegistry closeables,
            OmenKeyedStateBackend<String> keyed) {

        VectorState vectors() {
            return keyed.vectorState();
        }
    }

    /** Triggered, not yet completed. */
    record Pending(
            long id,
            boolean savepoint,
            boolean full,
            CheckpointStorageLocation location,
            List<RunnableFuture<SnapshotResult<KeyedStateHandle>>> parts) {}

    /** Completed; {@code folder} holds its metadata. */
    record Completed(long id, boolean savepoint, List<KeyedStateHandle> parts, Path folder) {}

    SimulatedJob(
            Configuration config,
            CollectionDefinition definition,
            SimulatedStorage storage,
            Random random) {
        this.stateBackend =
                new OmenStateBackend().configure(config, SimulatedJob.class.getClassLoader());
        this.definition = definition;
        this.storage = storage;
        this.random = random;
    }

    List<VectorState> vectors() {
        return subtasks.stream().map(Subtask::vectors).toList();
    }

    Optional<Completed> latest() {
        return Optional.ofNullable(completed.peekLast());
    }

    /** Starts without state. */
    void start(int parallelism) throws Exception {
        start(parallelism, List.of(), UnaryOperator.identity());
        subtasks.forEach(subtask -> subtask.vectors().define(definition));
    }

    void upsert(String id, long offset, float[] vector, byte[] metadata) throws Exception {
        Subtask owner = owner(id);
        offsets(owner, id).update(offset);
        byte[] bytes = id.getBytes(StandardCharsets.UTF_8);
        int keyGroup = KeyGroupRangeAssignment.assignToKeyGroup(id, KEY_GROUPS);
        RowImage image = new RowImage(bytes, keyGroup, SOURCE, offset, 0, metadata, null);
        owner.vectors()
                .upsert(
                        definition.name(),
                        definition.generation(),
                        IdHash.of(bytes),
                        image,
                        vector);
    }

    void delete(String id, long offset) throws Exception {
        Subtask owner = owner(id);
        offsets(owner, id).clear();
        byte[] bytes = id.getBytes(StandardCharsets.UTF_8);
        owner.vectors()
                .delete(
                        definition.name(),
                        definition.generation(),
                        IdHash.of(bytes),
                        bytes,
                        SOURCE,
                        offset,
                        0);
    }

    /** What ordinary keyed state says of an id. */
    Long offset(String id) throws Exception {
        return offsets(owner(id), id).value();
    }

    private Subtask owner(String id) {
        int keyGroup = KeyGroupRangeAssignment.assignToKeyGroup(id, KEY_GROUPS);
        return subtasks.get(
                KeyGroupRangeAssignment.computeOperatorIndexForKeyGroup(
                        KEY_GROUPS, subtasks.size(), keyGroup));
    }

    private static ValueState<Long> offsets(Subtask owner, String id) throws Exception {
        owner.keyed.setCurrentKey(id);
        return owner.keyed.getPartitionedState(
                VoidNamespace.INSTANCE,
                VoidNamespaceSerializer.INSTANCE,
                new ValueStateDescriptor<>("offset", Types.LONG));
    }

    /**
     * The synchronous part in every subtask; the others run from now on beside what follows.
     *
     * @param failures subtasks whose storage fails
     */
    Pending trigger(boolean savepoint, Set<Integer> failures) throws Exception {
        long id = ++lastCheckpoint;
        CheckpointStorageLocation location = storage.location(id, savepoint);
        boolean full = fullNext && !savepoint;
        SnapshotType type =
                savepoint
                        ? SavepointType.savepoint(SavepointFormatType.NATIVE)
                        : full ? CheckpointType.FULL_CHECKPOINT : CheckpointType.CHECKPOINT;
        CheckpointOptions options = new CheckpointOptions(type, location.getLocationReference());
        List<RunnableFuture<SnapshotResult<KeyedStateHandle>>> parts = new ArrayList<>();
        for (int i = 0; i < subtasks.size(); i++) {
            RunnableFuture<SnapshotResult<KeyedStateHandle>> part =
                    subtasks.get(i)
                            .keyed
                            .snapshot(
                                    id,
                                    id,
                                    storage.streams(id, location, failures.contains(i)),
                                    options);
            parts.add(part);
            asynchronous.execute(part);
        }
        return new Pending(id, savepoint, full, location, parts);
    }

    /** Waits for all parts; completes the checkpoint, or aborts it where one failed. */
    Optional<Completed> finish(Pending pending, boolean cancelled) throws Exception {
        List<KeyedStateHandle> parts = new ArrayList<>();
        boolean failed = cancelled;
        for (RunnableFuture<SnapshotResult<KeyedStateHandle>> part : pending.parts) {
            try {
                KeyedStateHandle done = part.get().getJobManagerOwnedSnapshot();
                if (!pending.savepoint) {
                    // Flink registers what a subtask sends, whatever becomes of the checkpoint.
                    done.registerSharedStates(registry, pending.id);
                }
                parts.add(done);
            } catch (ExecutionException e) {
                if (!String.valueOf(e.getCause().getMessage()).startsWith("injected")) {
                    throw e;
                }
                failed = true;
            }
        }
        if (failed) {
            abort(pending, parts);
            return Optional.empty();
        }
        Path folder =
                Path.of(
                        pending.location
                                .createMetadataOutputStream()
                                .closeAndFinalizeCheckpoint()
                                .getExternalPointer()
                                .replaceFirst("^file:", ""));
        Completed done = new Completed(pending.id, pending.savepoint, parts, folder);
        writeMetadata(done);
        if (!pending.savepoint) {
            registry.checkpointCompleted(pending.id);
            completed.addLast(done);
            while (completed.size() > RETAINED) {
                subsume(completed.removeFirst());
            }
            fullNext &= !pending.full;
        }
        for (Subtask subtask : subtasks) {
            // A notification can get lost: a later one stands for it.
            if (random.nextInt(10) > 0) {
                subtask.keyed.notifyCheckpointComplete(pending.id);
            }
        }
        return Optional.of(done);
    }

    private void abort(Pending pending, List<KeyedStateHandle> parts) throws Exception {
        for (KeyedStateHandle part : parts) {
            part.discardState();
        }
        pending.location.disposeOnFailure();
        for (Subtask subtask : subtasks) {
            if (random.nextInt(10) > 0) {
                subtask.keyed.notifyCheckpointAborted(pending.id);
            }
        }
    }

    private void subsume(Completed old) throws Exception {
        registry.unregisterUnusedState(completed.getFirst().id);
        discard(old);
    }

    /** Deletes what only this checkpoint uses. */
    void discard(Completed old) throws Exception {
        for (KeyedStateHandle part : old.parts) {
            part.discardState();
        }
        Files.deleteIfExists(old.folder.resolve("_metadata"));
    }

    private void writeMetadata(Completed of) throws IOException {
        OperatorState operator =
                new OperatorState(
                        null, "vectors", new OperatorID(1, 2), of.parts.size(), KEY_GROUPS);
        for (int i = 0; i < of.parts.size(); i++) {
            operator.putState(
                    i,
                    OperatorSubtaskState.builder().setManagedKeyedState(of.parts.get(i)).build());
        }
        Files.createDirectories(of.folder);
        try (OutputStream out = Files.newOutputStream(of.folder.resolve("_metadata"))) {
            Checkpoints.storeCheckpointMetadata(
                    new CheckpointMetadata(of.id, List.of(operator), List.of()), out);
        }
    }

    private static Completed readMetadata(Completed of) throws IOException {
        try (DataInputStream in =
                new DataInputStream(Files.newInputStream(of.folder.resolve("_metadata")))) {
            CheckpointMetadata read =
                    Checkpoints.loadCheckpointMetadata(
                            in, SimulatedJob.class.getClassLoader(), of.folder.toUri().toString());
            List<KeyedStateHandle> parts = new ArrayList<>();
            OperatorState operator = read.getOperatorStates().iterator().next();
            for (int i = 0; i < of.parts.size(); i++) {
                parts.addAll(operator.getState(i).getManagedKeyedState());
            }
            return new Completed(of.id, of.savepoint, parts, of.folder);
        }
    }

    /** A new job will start from a savepoint: nobody needs the checkpoints of this one. */
    void abandonCheckpoints() throws Exception {
        for (Completed of : completed) {
            discard(of);
        }
        completed.clear();
        registry.unregisterUnusedState(Long.MAX_VALUE);
    }

    /** Everything but files is gone; of checkpoints that were under way, files go too. */
    void crash(Collection<Pending> underWay) throws Exception {
        stopSubtasks();
        asynchronous.shutdown();
        if (!asynchronous.awaitTermination(1, TimeUnit.MINUTES)) {
            throw new IllegalStateException("a snapshot does not end when it is cancelled");
        }
        asynchronous = Executors.newFixedThreadPool(2);
        for (Pending pending : underWay) {
            List<KeyedStateHandle> parts = new ArrayList<>();
            for (RunnableFuture<SnapshotResult<KeyedStateHandle>> part : pending.parts) {
                try {
                    parts.add(part.get().getJobManagerOwnedSnapshot());
                } catch (ExecutionException | CancellationException e) {
                    // It did not get to its end.
                }
            }
            abort(pending, parts);
        }
    }

    private void stopSubtasks() throws Exception {
        for (Subtask subtask : subtasks) {
            subtask.closeables.close();
            subtask.keyed.dispose();
            subtask.environment.close();
        }
        subtasks.clear();
    }

    /**
     * Starts from a checkpoint, as a job manager does that knows nothing but its files.
     *
     * @param claim whether the savepoint {@code from} belongs to this job from now on; its own
     *     checkpoints do anyway
     * @param reads what stands between the files and the backend
     */
    void restore(
            Completed from, boolean claim, int parallelism, UnaryOperator<KeyedStateHandle> reads)
            throws Exception {
        registry = new SharedStateRegistryImpl();
        List<Completed> known = List.copyOf(completed);
        completed.clear();
        for (Completed of : known) {
            completed.addLast(readMetadata(of));
        }
        Completed read = readMetadata(from);
        if (from.savepoint && claim && completed.isEmpty()) {
            completed.addLast(read);
        }
        for (Completed of : completed) {
            of.parts.forEach(part -> part.registerSharedStates(registry, of.id));
            registry.checkpointCompleted(of.id);
        }
        fullNext = from.savepoint && !claim;
        start(parallelism, read.parts, reads);
    }

    private void start(
            int parallelism, List<KeyedStateHandle> parts, UnaryOperator<KeyedStateHandle> reads)
            throws Exception {
        try {
            for (int i = 0; i < parallelism; i++) {
                KeyGroupRange range =
                        KeyGroupRangeAssignment.computeKeyGroupRangeForOperatorIndex(
                                KEY_GROUPS, parallelism, i);
                List<KeyedStateHandle> own = new ArrayList<>();
                StateAssignmentOperation.extractIntersectingState(parts, range, own);
                startSubtask(i, parallelism, range, own.stream().map(reads).toList());
            }
        } catch (Exception e) {
            stopSubtasks();
            throw e;
        }
    }

    private void startSubtask(
            int index, int parallelism, KeyGroupRange range, List<KeyedStateHandle> state)
            throws Exception {
        MockEnvironment environment =
                new MockEnvironmentBuilder()
                        .setSubtaskIndex(index)
                        .setParallelism(parallelism)
                        .setMaxParallelism(KEY_GROUPS)
                        .build();
        CloseableRegistry closeables = new CloseableRegistry();
        try {
            OmenKeyedStateBackend<String> keyed =
                    (OmenKeyedStateBackend<String>)
                            stateBackend.createKeyedStateBackend(
                                    new KeyedStateBackendParametersImpl<>(
                                            environment,
                                            new JobID(),
                                            "vectors",
                                            StringSerializer.INSTANCE,
                                            KEY_GROUPS,
                                            range,
                                            environment.getTaskKvStateRegistry(),
                                            TtlTimeProvider.DEFAULT,
                                            new UnregisteredMetricsGroup(),
                                            (name, value) -> {},
                                            state,
                                            closeables,
                                            1.0));
            subtasks.add(new Subtask(environment, closeables, keyed));
        } catch (Exception e) {
            closeables.close();
            environment.close();
            throw e;
        }
    }

    /**
     * Files that hold vectors, not the delegate's, and that a restore cannot do without: where
     * several parts have a copy of a segment, one of them is enough.
     */
    static List<Path> vectorFiles(Completed of) {
        Map<String, Set<Path>> copies = new TreeMap<>();
        for (KeyedStateHandle part : of.parts) {
            IncrementalRemoteKeyedStateHandle whole = (IncrementalRemoteKeyedStateHandle) part;
            String own = part.getKeyGroupRange().toString();
            copies.put(own, Set.of(path(whole.getMetaDataStateHandle())));
            for (HandleAndLocalPath file : whole.getSharedState()) {
                copies.computeIfAbsent(file.getLocalPath(), name -> new TreeSet<>())
                        .add(path(file.getHandle()));
            }
            for (HandleAndLocalPath file : whole.getPrivateState()) {
                copies.put(file.getLocalPath() + own, Set.of(path(file.getHandle())));
            }
        }
        copies.keySet().removeIf(name -> name.startsWith("delegate/"));
        copies.values().removeIf(paths -> paths.size() > 1);
        return copies.values().stream().flatMap(Set::stream).toList();
    }

    private static Path path(StreamStateHandle handle) {
        return Path.of(handle.maybeGetPath().orElseThrow().getPath());
    }

    /** Files that completed checkpoints refer to. */
    Set<Path> referenced(Optional<Completed> besides) {
        List<Completed> all = new ArrayList<>(completed);
        besides.ifPresent(all::add);
        Set<Path> files = new TreeSet<>();
        for (Completed of : all) {
            for (KeyedStateHandle part : of.parts) {
                ((IncrementalRemoteKeyedStateHandle) part)
                        .streamSubHandles()
                        .forEach(handle -> files.add(path(handle)));
            }
        }
        return files;
    }

    @Override
    public void close() throws Exception {
        stopSubtasks();
        asynchronous.shutdown();
    }
}
