package io.omendb.index.segment;

import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.index.file.FolderTree;
import io.omendb.index.file.SegmentFolder;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The folder of a segment on local disk: written at most once, deleted when the segment is
 * discarded and nobody has pinned it. Used by the task thread, the segment writer and running
 * snapshots. Guarded by its own lock, which is never held for writing files: pinning a segment must
 * not wait for the disk.
 */
final class SegmentStorage {
    private static final Logger LOG = LoggerFactory.getLogger(SegmentStorage.class);

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

    /**
     * Writes the folder unless that was done.
     *
     * @param target where it goes. What is there already is of an attempt that failed after the
     *     folder had got its name, and is removed: nobody knows of it
     */
    SegmentFolder store(Path target, Writer writer) {
        synchronized (writing) {
            SegmentFolder existing = folder;
            if (existing == null) {
                removeUnfinished(target);
                existing = writer.write();
                written(existing);
            }
            return existing;
        }
    }

    private static void removeUnfinished(Path target) {
        try {
            FolderTree.delete(target);
        } catch (IOException e) {
            throw new OmenException(
                    ErrorCode.EXTERNAL, "cannot remove unfinished " + target + ": " + e, e);
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
        try {
            FolderTree.delete(dir);
        } catch (IOException e) {
            // Whoever wanted it gone has more to clean up, and can do nothing about it.
            LOG.warn("cannot delete segment folder {}", dir, e);
        }
    }
}
