package io.omendb.index.segment;

import io.omendb.index.file.SegmentFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The folder of a segment on local disk: written at most once, deleted when the segment is
 * discarded and nobody has pinned it. Used by the task thread, the segment writer and running
 * snapshots. Guarded by its own lock, which is never held for writing files: pinning a segment must
 * not wait for the disk.
 */
final class SegmentStorage {
    /** Held while the folder is written. */
    private final Object writing = new Object();

    private volatile @Nullable SegmentFolder folder;

    private int pins;
    private boolean discarded;

    /** Writes the folder unless it is there. */
    interface Writer {
        SegmentFolder write();
    }

    SegmentStorage() {}

    SegmentStorage(SegmentFolder existing) {
        this.folder = existing;
    }

    SegmentFolder store(Writer writer) {
        synchronized (writing) {
            SegmentFolder existing = folder;
            if (existing == null) {
                existing = writer.write();
                written(existing);
            }
            return existing;
        }
    }

    /** Does something when the folder is not being written. */
    void afterWriting(Runnable action) {
        synchronized (writing) {
            action.run();
        }
    }

    private synchronized void written(SegmentFolder written) {
        folder = written;
        // It may have been discarded meanwhile.
        deleteIfUnwanted();
    }

    @Nullable SegmentFolder folder() {
        return folder;
    }

    /** Whether writing the folder now would be for nobody. */
    synchronized boolean isUnwanted() {
        return discarded && pins == 0;
    }

    /**
     * Keeps the folder where it is.
     *
     * @return false where it was given up: written once more it would be another of the same name
     */
    synchronized boolean pin() {
        if (isUnwanted()) {
            return false;
        }
        pins++;
        return true;
    }

    synchronized void unpin() {
        pins--;
        deleteIfUnwanted();
    }

    synchronized void discard() {
        discarded = true;
        deleteIfUnwanted();
    }

    private void deleteIfUnwanted() {
        SegmentFolder existing = folder;
        if (!isUnwanted() || existing == null) {
            return;
        }
        Path dir = existing.dir();
        folder = null;
        try (Stream<Path> walk = Files.walk(dir)) {
            List<Path> deepestFirst =
                    walk.sorted(Comparator.reverseOrder()).collect(Collectors.toList());
            for (Path path : deepestFirst) {
                Files.deleteIfExists(path);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot delete segment folder " + dir, e);
        }
    }
}
