package io.omendb.state;

import io.omendb.index.background.Pace;
import io.omendb.index.segment.Segment;
import io.omendb.state.CheckpointImage.CollectionImage;
import io.omendb.state.CheckpointImage.SegmentImage;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RunnableFuture;
import org.apache.flink.core.fs.CloseableRegistry;
import org.apache.flink.runtime.checkpoint.CheckpointOptions;
import org.apache.flink.runtime.checkpoint.SnapshotType.SharingFilesStrategy;
import org.apache.flink.runtime.state.CheckpointStreamFactory;
import org.apache.flink.runtime.state.CheckpointedStateScope;
import org.apache.flink.runtime.state.IncrementalKeyedStateHandle.HandleAndLocalPath;
import org.apache.flink.runtime.state.IncrementalRemoteKeyedStateHandle;
import org.apache.flink.runtime.state.KeyGroupRange;
import org.apache.flink.runtime.state.KeyedStateHandle;
import org.apache.flink.runtime.state.LocalSnapshotDirectoryProvider;
import org.apache.flink.runtime.state.SnapshotResult;
import org.apache.flink.runtime.state.SnapshotStrategy;
import org.apache.flink.runtime.state.StreamStateHandle;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Snapshots vector state together with the delegate's state as one {@link
 * IncrementalRemoteKeyedStateHandle}: segment files are its shared state and uploaded once,
 * tombstones and the delegate's private parts its private state.
 */
final class VectorSnapshotStrategy
        implements SnapshotStrategy<KeyedStateHandle, VectorSnapshotResources> {
    private static final Logger LOG = LoggerFactory.getLogger(VectorSnapshotStrategy.class);

    private final VectorState state;
    private final boolean recoverable;
    private final RunnableFuture<SnapshotResult<KeyedStateHandle>> delegated;
    private final UploadedSegments uploaded;
    private final UUID backendId;
    private final KeyGroupRange keyGroups;
    private final @Nullable LocalSnapshotDirectoryProvider localDirectories;
    private final boolean links;

    /**
     * A strategy for one snapshot.
     *
     * @param recoverable whether a failure may go back to it, as to no savepoint
     * @param links whether files may be shared with checkpoints on the same disk
     */
    VectorSnapshotStrategy(
            VectorState state,
            boolean recoverable,
            RunnableFuture<SnapshotResult<KeyedStateHandle>> delegated,
            UploadedSegments uploaded,
            UUID backendId,
            KeyGroupRange keyGroups,
            @Nullable LocalSnapshotDirectoryProvider localDirectories,
            boolean links) {
        this.state = state;
        this.recoverable = recoverable;
        this.delegated = delegated;
        this.uploaded = uploaded;
        this.backendId = backendId;
        this.keyGroups = keyGroups;
        this.localDirectories = localDirectories;
        this.links = links;
    }

    @Override
    public VectorSnapshotResources syncPrepareResources(long checkpointId) {
        VectorSnapshotResources resources = VectorSnapshotResources.take(state, delegated);
        if (recoverable) {
            state.committed().add(checkpointId, resources.views());
        }
        return resources;
    }

    @Override
    public SnapshotResultSupplier<KeyedStateHandle> asyncSnapshot(
            VectorSnapshotResources resources,
            long checkpointId,
            long timestamp,
            CheckpointStreamFactory streamFactory,
            CheckpointOptions checkpointOptions) {
        SharingFilesStrategy sharing =
                checkpointOptions.getCheckpointType().getSharingFilesStrategy();
        return registry -> {
            SnapshotUploads uploads =
                    new SnapshotUploads(
                            streamFactory,
                            registry,
                            links ? CheckpointLinks.into(streamFactory) : CheckpointLinks.none());
            try (Pace.Scope scope = state.workspace().pace().enter()) {
                SnapshotResult<KeyedStateHandle> result =
                        new Operation(resources, checkpointId, streamFactory, sharing, uploads)
                                .run(registry);
                uploads.keep();
                return result;
            } finally {
                uploads.close();
            }
        };
    }

    /** One snapshot's asynchronous part. */
    private final class Operation {
        private final VectorSnapshotResources resources;
        private final long checkpointId;
        private final CheckpointStreamFactory streamFactory;
        private final SharingFilesStrategy sharing;
        private final SnapshotUploads uploads;
        private final Map<String, StreamStateHandle> confirmed;
        private final List<HandleAndLocalPath> shared = new ArrayList<>();
        private final List<HandleAndLocalPath> exclusive = new ArrayList<>();
        private final List<StreamStateHandle> reused = new ArrayList<>();
        private final Map<Path, List<String>> folders = new HashMap<>();
        private final Set<String> paths = new HashSet<>();

        Operation(
                VectorSnapshotResources resources,
                long checkpointId,
                CheckpointStreamFactory streamFactory,
                SharingFilesStrategy sharing,
                SnapshotUploads uploads) {
            this.resources = resources;
            this.checkpointId = checkpointId;
            this.streamFactory = streamFactory;
            this.sharing = sharing;
            this.uploads = uploads;
            if (sharing == SharingFilesStrategy.FORWARD) {
                uploaded.forgetEarlier();
            }
            this.confirmed =
                    sharing == SharingFilesStrategy.FORWARD_BACKWARD
                            ? uploaded.confirmed()
                            : Map.of();
        }

        SnapshotResult<KeyedStateHandle> run(CloseableRegistry registry) throws Exception {
            SnapshotResult<KeyedStateHandle> delegateResult = runDelegate(registry);
            KeyedStateHandle delegateHandle = delegateResult.getJobManagerOwnedSnapshot();
            Map<String, BitSet> dead = new TreeMap<>();
            List<CollectionImage> collections = new ArrayList<>();
            for (VectorSnapshotResources.Collection collection : resources.collections()) {
                List<SegmentImage> segments = new ArrayList<>();
                for (Segment segment : collection.segments()) {
                    BitSet deadRows =
                            segment.tombstones()
                                    .deadAsOf(segment.rowCount(), collection.snapshot().sequence());
                    dead.put(segment.id(), deadRows);
                    segments.add(uploadSegment(segment, deadRows));
                }
                collections.add(new CollectionImage(collection.definition(), segments));
            }
            Map<String, StreamStateHandle> segmentFiles = new HashMap<>();
            shared.forEach(file -> segmentFiles.put(file.getLocalPath(), file.getHandle()));
            byte[] tombstones = TombstoneFile.toBytes(dead);
            upload(tombstones, VectorStateHandle.TOMBSTONES);
            DelegateImage delegate = DelegateImage.takeApart(delegateHandle, shared, exclusive);
            CheckpointImage image =
                    new CheckpointImage(
                            delegate, collections, resources.dropped(), resources.applied());
            byte[] imageBytes = image.toBytes();
            StreamStateHandle meta = uploads.write(imageBytes, CheckpointedStateScope.EXCLUSIVE);
            if (sharing != SharingFilesStrategy.NO_SHARING) {
                uploaded.add(checkpointId, segmentFiles);
            }
            streamFactory.reusePreviousStateHandle(reused);
            KeyedStateHandle whole =
                    new IncrementalRemoteKeyedStateHandle(
                            backendId,
                            keyGroups,
                            checkpointId,
                            shared,
                            exclusive,
                            meta,
                            uploads.bytes() + sizeOf(delegateHandle));
            KeyedStateHandle local =
                    keepLocally(imageBytes, tombstones, segmentFiles, delegateResult);
            if (registry.isClosed()) {
                // Given up meanwhile: nobody will hear of the result, nor own what was written.
                if (local != null) {
                    local.discardState();
                }
                throw new IOException("checkpoint " + checkpointId + " was cancelled");
            }
            return local == null
                    ? SnapshotResult.of(whole)
                    : SnapshotResult.withLocalState(whole, local);
        }

        /** Null where that is not asked for, or fails: the checkpoint is complete without. */
        private @Nullable KeyedStateHandle keepLocally(
                byte[] image,
                byte[] tombstones,
                Map<String, StreamStateHandle> uploadedFiles,
                SnapshotResult<KeyedStateHandle> delegateResult)
                throws ClosedByInterruptException {
            boolean delegateIsRemoteOnly =
                    delegateResult.getJobManagerOwnedSnapshot() != null
                            && delegateResult.getTaskLocalSnapshot() == null;
            if (localDirectories == null
                    || sharing == SharingFilesStrategy.NO_SHARING
                    || delegateIsRemoteOnly) {
                return null;
            }
            Path directory =
                    localDirectories
                            .subtaskSpecificCheckpointDirectory(checkpointId)
                            .toPath()
                            .resolve("omen-" + backendId);
            try {
                return LocalVectorState.keep(
                        directory,
                        keyGroups,
                        checkpointId,
                        image,
                        tombstones,
                        folders,
                        uploadedFiles,
                        delegateResult.getTaskLocalSnapshot());
            } catch (ClosedByInterruptException e) {
                throw e;
            } catch (IOException e) {
                LOG.warn("checkpoint {} is not kept for local recovery", checkpointId, e);
                return null;
            }
        }

        private SnapshotResult<KeyedStateHandle> runDelegate(CloseableRegistry registry)
                throws Exception {
            registry.registerCloseable(() -> delegated.cancel(true));
            delegated.run();
            SnapshotResult<KeyedStateHandle> result;
            try {
                result = delegated.get();
            } catch (ExecutionException e) {
                // As if the delegate had been asked directly: Flink looks at the cause.
                throw e.getCause() instanceof Exception cause ? cause : e;
            }
            uploads.discardOnFailure(result);
            return result;
        }

        private SegmentImage uploadSegment(Segment segment, BitSet deadRows) throws IOException {
            Path folder = segment.store(state.workspace().directory());
            folders.put(folder, segment.files());
            CheckpointedStateScope scope =
                    sharing == SharingFilesStrategy.NO_SHARING
                            ? CheckpointedStateScope.EXCLUSIVE
                            : CheckpointedStateScope.SHARED;
            for (String file : segment.files()) {
                String path = VectorStateHandle.segmentPath(segment.id(), file);
                if (!paths.add(path)) {
                    // A codebook that another segment brought.
                    continue;
                }
                StreamStateHandle known = confirmed.get(path);
                if (known != null && streamFactory.couldReuseStateHandle(known)) {
                    StreamStateHandle reference = UploadedSegments.reference(known);
                    reused.add(reference);
                    shared.add(HandleAndLocalPath.of(reference, path));
                } else {
                    shared.add(
                            HandleAndLocalPath.of(uploads.add(folder.resolve(file), scope), path));
                }
            }
            return new SegmentImage(
                    segment.id(),
                    segment.rowCount(),
                    deadRows.cardinality(),
                    segment.diskBytes(),
                    segment.files());
        }

        private void upload(byte[] bytes, String path) throws IOException {
            exclusive.add(
                    HandleAndLocalPath.of(
                            uploads.write(bytes, CheckpointedStateScope.EXCLUSIVE), path));
        }

        private long sizeOf(@Nullable KeyedStateHandle handle) {
            return handle == null ? 0 : handle.getCheckpointedSize();
        }
    }
}
