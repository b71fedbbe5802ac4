package io.omendb.state;

import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.index.shard.ShardOptions;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.apache.flink.core.fs.CloseableRegistry;
import org.apache.flink.runtime.checkpoint.Checkpoints;
import org.apache.flink.runtime.checkpoint.OperatorState;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.checkpoint.metadata.CheckpointMetadata;
import org.apache.flink.runtime.state.KeyedStateHandle;

/**
 * A completed checkpoint or native savepoint on disk, read without a running job. Nothing in it is
 * ever changed. Used by one thread.
 */
public final class StoredCheckpoint {
    private static final String METADATA = "_metadata";

    private final Path path;
    private final long checkpointId;
    private final List<Part> parts;

    private StoredCheckpoint(Path path, long checkpointId, List<Part> parts) {
        this.path = path;
        this.checkpointId = checkpointId;
        this.parts = parts;
    }

    /**
     * What one subtask wrote.
     *
     * @param operator the operator's uid, or its id where it has none
     * @param subtask its number, from 0
     */
    record Part(String operator, int subtask, VectorStateHandle handle) {

        /** For messages. */
        String name() {
            return "subtask "
                    + subtask
                    + " (key groups "
                    + handle.keyGroups().getStartKeyGroup()
                    + " to "
                    + handle.keyGroups().getEndKeyGroup()
                    + ")";
        }
    }

    /**
     * Opens a checkpoint.
     *
     * @param path its folder, or the file {@code _metadata} in it
     * @throws OmenException NOT_FOUND if there is none; CORRUPT if its metadata or a table of
     *     contents is damaged; INVALID if it holds no vector state
     */
    public static StoredCheckpoint open(Path path) {
        Path folder =
                path.endsWith(METADATA)
                        ? Objects.requireNonNull(path.toAbsolutePath().getParent())
                        : path;
        Path file = folder.resolve(METADATA);
        if (!Files.isRegularFile(file)) {
            throw new OmenException(
                    ErrorCode.NOT_FOUND,
                    path + ": no completed checkpoint: there is no file " + METADATA + " in it");
        }
        CheckpointMetadata metadata = metadata(file, folder);
        List<Part> parts = new ArrayList<>();
        for (OperatorState operator : metadata.getOperatorStates()) {
            String name = operator.getOperatorUid().orElse(operator.getOperatorID().toString());
            new TreeMap<>(operator.getSubtaskStates())
                    .forEach((subtask, state) -> addParts(name, subtask, state, parts));
        }
        if (parts.isEmpty()) {
            throw OmenException.invalid(path + ": a checkpoint without vector state");
        }
        return new StoredCheckpoint(folder, metadata.getCheckpointId(), List.copyOf(parts));
    }

    private static CheckpointMetadata metadata(Path file, Path folder) {
        try (DataInputStream in =
                new DataInputStream(new BufferedInputStream(Files.newInputStream(file)))) {
            return Checkpoints.loadCheckpointMetadata(
                    in, StoredCheckpoint.class.getClassLoader(), folder.toUri().toString());
        } catch (IOException | RuntimeException e) {
            throw new OmenException(
                    ErrorCode.CORRUPT, file + ": damaged, or not Flink's: " + e.getMessage(), e);
        }
    }

    private static void addParts(
            String operator, int subtask, OperatorSubtaskState state, List<Part> into) {
        for (KeyedStateHandle handle : state.getManagedKeyedState()) {
            if (!VectorStateHandle.isOurs(handle)) {
                continue;
            }
            try (CloseableRegistry registry = new CloseableRegistry()) {
                into.add(new Part(operator, subtask, VectorStateHandle.read(handle, registry)));
            } catch (IOException e) {
                throw new OmenException(
                        ErrorCode.CORRUPT,
                        "subtask " + subtask + ": its table of contents cannot be read: " + e,
                        e);
            }
        }
    }

    public Path path() {
        return path;
    }

    public long checkpointId() {
        return checkpointId;
    }

    List<Part> parts() {
        return parts;
    }

    /** What the checkpoint says of itself; reads no segment. */
    public CheckpointReport report() {
        return CheckpointReport.of(this);
    }

    /**
     * Reads every byte: checksums, row counts, ids that are alive twice; and makes a digest of the
     * content.
     *
     * @param scratch an empty folder for segments: links to the checkpoint's files where they can
     *     be; as large as the checkpoint
     * @param progress told each file's name before it is read
     */
    public CheckpointVerification verify(Path scratch, Consumer<String> progress) {
        return new CheckpointVerifier(this, scratch, progress).run();
    }

    /**
     * Brings all rows back, to be searched.
     *
     * @param scratch an empty folder for segments: links to the checkpoint's files where they can
     *     be
     * @return the state of every subtask, which the caller closes
     */
    public List<VectorState> restore(Path scratch) {
        List<VectorState> states = new ArrayList<>();
        try (CloseableRegistry registry = new CloseableRegistry()) {
            for (Part part : parts) {
                VectorStateSource source =
                        new VectorStateSource(
                                ShardOptions.DEFAULT,
                                scratch.resolve(Integer.toString(states.size())),
                                part.handle.keyGroups(),
                                true);
                states.add(new VectorRestore(source, registry).restore(List.of(part.handle)));
            }
            return states;
        } catch (IOException e) {
            states.forEach(VectorState::close);
            throw new OmenException(ErrorCode.CORRUPT, path + ": cannot be read: " + e, e);
        } catch (RuntimeException e) {
            states.forEach(VectorState::close);
            throw e;
        }
    }
}
