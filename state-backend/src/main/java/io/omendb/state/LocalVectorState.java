package io.omendb.state;

import io.omendb.index.file.LinkedFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.flink.runtime.state.KeyGroupRange;
import org.apache.flink.runtime.state.KeyedStateHandle;
import org.apache.flink.runtime.state.SharedStateRegistry;
import org.apache.flink.runtime.state.StateHandleID;
import org.apache.flink.runtime.state.StreamStateHandle;
import org.apache.flink.runtime.state.filesystem.FileStateHandle;
import org.jspecify.annotations.Nullable;

/**
 * A checkpoint's vectors on the disk of the task that took it: after a failure that leaves the disk
 * alone, they are read from here. Segment files are hard links to those in use, so they cost
 * neither time nor space while the segments live.
 *
 * <p>Layout of the directory: {@code image}, {@code tombstones}, and a folder of files for each
 * segment, as in the checkpoint.
 */
final class LocalVectorState implements KeyedStateHandle {
    private static final long serialVersionUID = 1;
    private static final String IMAGE = "image";
    private static final String TOMBSTONES = "tombstones";

    private final StateHandleID id = StateHandleID.randomStateHandleId();
    private final KeyGroupRange keyGroups;
    private final long checkpointId;
    private final String directory;
    private final long bytes;
    private final HashMap<String, StreamStateHandle> uploaded;
    private final @Nullable KeyedStateHandle delegate;

    private LocalVectorState(
            KeyGroupRange keyGroups,
            long checkpointId,
            Path directory,
            long bytes,
            Map<String, StreamStateHandle> uploaded,
            @Nullable KeyedStateHandle delegate) {
        this.keyGroups = keyGroups;
        this.checkpointId = checkpointId;
        this.directory = directory.toString();
        this.bytes = bytes;
        this.uploaded = new HashMap<>(uploaded);
        this.delegate = delegate;
    }

    /**
     * Keeps a checkpoint's files.
     *
     * @param directory where; made here
     * @param segments folders of segments by id, with their files
     * @param uploaded the same files in the checkpoint, by local path
     * @param delegate the delegate's own local state; null if it has no state
     */
    static LocalVectorState keep(
            Path directory,
            KeyGroupRange keyGroups,
            long checkpointId,
            byte[] image,
            byte[] tombstones,
            Map<Path, List<String>> segments,
            Map<String, StreamStateHandle> uploaded,
            @Nullable KeyedStateHandle delegate)
            throws IOException {
        Files.createDirectories(directory);
        Files.write(directory.resolve(IMAGE), image);
        Files.write(directory.resolve(TOMBSTONES), tombstones);
        long bytes = (long) image.length + tombstones.length;
        for (Map.Entry<Path, List<String>> segment : segments.entrySet()) {
            for (String file : segment.getValue()) {
                Path from = segment.getKey().resolve(file);
                Path to = directory.resolve(segment.getKey().getFileName().resolve(file));
                LinkedFiles.linkOrCopy(from, to);
                bytes += Files.size(to);
            }
        }
        return new LocalVectorState(keyGroups, checkpointId, directory, bytes, uploaded, delegate);
    }

    /** What it restores. */
    VectorStateHandle read() throws IOException {
        Path folder = Path.of(directory);
        CheckpointImage image =
                CheckpointImage.fromBytes(
                        Files.readAllBytes(folder.resolve(IMAGE)),
                        folder.resolve(IMAGE).toString());
        Map<String, StreamStateHandle> files = new HashMap<>();
        files.put(VectorStateHandle.TOMBSTONES, file(folder.resolve(TOMBSTONES)));
        for (CheckpointImage.CollectionImage collection : image.collections()) {
            for (CheckpointImage.SegmentImage segment : collection.segments()) {
                for (String name : segment.files()) {
                    files.put(
                            VectorStateHandle.segmentPath(segment.id(), name),
                            file(folder.resolve(segment.id()).resolve(name)));
                }
            }
        }
        return new VectorStateHandle(
                image, checkpointId, keyGroups, files, uploaded, true, delegate);
    }

    private static StreamStateHandle file(Path path) throws IOException {
        return new FileStateHandle(
                new org.apache.flink.core.fs.Path(path.toUri()), Files.size(path));
    }

    @Override
    public KeyGroupRange getKeyGroupRange() {
        return keyGroups;
    }

    /** All or nothing: rows carry their key group. */
    @Override
    public @Nullable KeyedStateHandle getIntersection(KeyGroupRange range) {
        return keyGroups.getIntersection(range).getNumberOfKeyGroups() > 0 ? this : null;
    }

    @Override
    public StateHandleID getStateHandleId() {
        return id;
    }

    /** Local state is nobody else's. */
    @Override
    public void registerSharedStates(SharedStateRegistry registry, long checkpoint) {}

    @Override
    public long getCheckpointedSize() {
        return getStateSize();
    }

    @Override
    public long getStateSize() {
        return bytes + (delegate == null ? 0 : delegate.getStateSize());
    }

    @Override
    public void discardState() throws Exception {
        if (delegate != null) {
            delegate.discardState();
        }
        Path folder = Path.of(directory);
        if (!Files.exists(folder)) {
            return;
        }
        List<Path> deepestFirst = new ArrayList<>();
        try (Stream<Path> walk = Files.walk(folder)) {
            walk.sorted(Comparator.reverseOrder()).forEach(deepestFirst::add);
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        for (Path path : deepestFirst) {
            Files.deleteIfExists(path);
        }
    }
}
