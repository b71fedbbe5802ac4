package io.omendb.state;

import io.omendb.OmenException;
import io.omendb.index.file.SegmentFolder;
import io.omendb.index.segment.Segment;
import io.omendb.schema.CollectionSchema;
import io.omendb.state.CheckpointImage.CollectionImage;
import io.omendb.state.CheckpointImage.SegmentImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.apache.flink.core.fs.CloseableRegistry;
import org.apache.flink.runtime.state.StreamStateHandle;
import org.jspecify.annotations.Nullable;

/**
 * Reads every byte of a checkpoint. Goes on after a problem, to report all of them. Used once, by
 * one thread.
 */
final class CheckpointVerifier {
    private static final int SAID_MAX = 100;

    private final StoredCheckpoint checkpoint;
    private final Path scratch;
    private final Consumer<String> progress;
    private final CloseableRegistry registry = new CloseableRegistry();
    private final List<String> problems = new ArrayList<>();
    private final Map<String, ContentDigest> digests = new TreeMap<>();

    /**
     * Segments read before, because subtasks share their files, by where these are; null where they
     * cannot be opened. A subtask may have files of its own of a segment that others have, too.
     */
    private final Map<String, @Nullable Segment> segments = new HashMap<>();

    private final Set<String> read = new HashSet<>();
    private long bytes;

    CheckpointVerifier(StoredCheckpoint checkpoint, Path scratch, Consumer<String> progress) {
        this.checkpoint = checkpoint;
        this.scratch = scratch;
        this.progress = progress;
    }

    CheckpointVerification run() {
        for (StoredCheckpoint.Part part : checkpoint.parts()) {
            Map<String, BitSet> dead = tombstones(part);
            for (CollectionImage collection : part.handle().image().collections()) {
                for (SegmentImage image : collection.segments()) {
                    verify(part, collection, image, dead);
                }
            }
        }
        return new CheckpointVerification(
                List.copyOf(problems),
                read.size(),
                bytes,
                digests.values().stream().map(ContentDigest::content).toList());
    }

    private @Nullable Map<String, BitSet> tombstones(StoredCheckpoint.Part part) {
        StreamStateHandle file = part.handle().files().get(VectorStateHandle.TOMBSTONES);
        if (file == null) {
            say(part.name() + ": the file of tombstones is missing");
            return null;
        }
        String location = location(file);
        try {
            count(file, location);
            return TombstoneFile.fromBytes(StateFiles.readFully(file, registry), location);
        } catch (IOException | OmenException e) {
            say(part.name() + ": " + e.getMessage());
            return null;
        }
    }

    private void verify(
            StoredCheckpoint.Part part,
            CollectionImage collection,
            SegmentImage image,
            @Nullable Map<String, BitSet> dead) {
        String files = files(part, image);
        if (!segments.containsKey(files)) {
            segments.put(files, open(part, collection, image));
        }
        Segment segment = segments.get(files);
        if (segment == null || dead == null) {
            return;
        }
        ContentDigest digest =
                digests.computeIfAbsent(
                        collection.definition().name()
                                + '\n'
                                + collection.definition().generation(),
                        key ->
                                new ContentDigest(
                                        collection.definition().name(),
                                        collection.definition().generation()));
        BitSet deadRows = dead.getOrDefault(image.id(), new BitSet());
        if (deadRows.cardinality() != image.dead()) {
            say(
                    part.name()
                            + ": segment "
                            + image.id()
                            + " has "
                            + deadRows.cardinality()
                            + " dead rows, the table of contents says "
                            + image.dead());
        }
        float[] vector = new float[collection.definition().schema().dimension()];
        for (int row = 0; row < segment.rowCount(); row++) {
            if (!deadRows.get(row)
                    && part.handle().keyGroups().contains(segment.rows().keyGroup(row))
                    && !digest.add(segment, row, vector)) {
                say(
                        "collection "
                                + collection.definition().name()
                                + ": point '"
                                + segment.rows().idString(row)
                                + "' is alive more than once");
            }
        }
    }

    private static String files(StoredCheckpoint.Part part, SegmentImage image) {
        StringBuilder files = new StringBuilder(image.id());
        for (String name : image.files()) {
            StreamStateHandle file =
                    part.handle().files().get(VectorStateHandle.segmentPath(image.id(), name));
            files.append('\n').append(file == null ? part.name() : location(file));
        }
        return files.toString();
    }

    private @Nullable Segment open(
            StoredCheckpoint.Part part, CollectionImage collection, SegmentImage image) {
        Path folder = scratch.resolve(image.id() + "-" + segments.size());
        Map<String, String> locations = new HashMap<>();
        boolean whole = true;
        for (String name : image.files()) {
            StreamStateHandle file =
                    part.handle().files().get(VectorStateHandle.segmentPath(image.id(), name));
            String what = "segment " + image.id() + ", " + name;
            if (file == null) {
                say(part.name() + ": " + what + ": the checkpoint does not name this file");
                whole = false;
                continue;
            }
            String location = location(file);
            locations.put(name, location);
            try {
                count(file, location);
                StateFiles.copy(file, folder.resolve(name), registry);
            } catch (IOException e) {
                say(part.name() + ": " + what + ": " + location + ": " + e);
                whole = false;
            }
        }
        Map<String, String> damage = SegmentFolder.damage(folder);
        damage.forEach(
                (name, problem) ->
                        say(
                                part.name()
                                        + ": segment "
                                        + image.id()
                                        + ", "
                                        + name
                                        + ": "
                                        + problem
                                        + " ("
                                        + locations.getOrDefault(name, "missing")
                                        + ")"));
        if (!whole || !damage.isEmpty()) {
            return null;
        }
        return opened(part, collection.definition().schema(), image, folder);
    }

    private @Nullable Segment opened(
            StoredCheckpoint.Part part, CollectionSchema schema, SegmentImage image, Path folder) {
        try {
            Segment segment = Segment.open(folder, segments.size() + 1, schema);
            if (segment.rowCount() != image.rows()) {
                say(
                        part.name()
                                + ": segment "
                                + image.id()
                                + " has "
                                + segment.rowCount()
                                + " rows, the table of contents says "
                                + image.rows());
            }
            return segment;
        } catch (OmenException e) {
            say(part.name() + ": segment " + image.id() + ": " + e.getMessage());
            return null;
        }
    }

    private void count(StreamStateHandle file, String location) {
        progress.accept(location);
        if (read.add(location)) {
            bytes += file.getStateSize();
        }
    }

    private void say(String problem) {
        if (problems.size() < SAID_MAX) {
            problems.add(problem);
        } else if (problems.size() == SAID_MAX) {
            problems.add("and more");
        }
    }

    private static String location(StreamStateHandle file) {
        return file.getStreamStateHandleID().getKeyString();
    }
}
