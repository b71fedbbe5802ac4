package io.omendb.client;

import io.omendb.client.PendingWrite.Kind;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * The writes of some of the ids, one request at a time: so the writes of an id stay in their order,
 * while lanes are under way together. Guarded by the writer's lock.
 */
final class WriterLane {
    private final WriterOptions options;
    private final Deque<PendingWrite> queue = new ArrayDeque<>();
    private long queuedBytes;
    private boolean busy;
    private long taken;
    private long sent;
    private long done;

    /** Everything up to this write goes without waiting for company. */
    private long hurried;

    WriterLane(WriterOptions options) {
        this.options = options;
    }

    void add(PendingWrite write) {
        queue.addLast(write);
        queuedBytes += write.json().length;
        taken++;
    }

    /** Sends all that is there as soon as possible. Returns how many writes it was given so far. */
    long hurry() {
        hurried = taken;
        return taken;
    }

    /** Writes that are done, in the order they were given. */
    long done() {
        return done;
    }

    /**
     * How long until something is to be sent: 0 for now, {@link Long#MAX_VALUE} for not by time.
     */
    long dueInNs(long nowNs) {
        if (busy || queue.isEmpty()) {
            return Long.MAX_VALUE;
        }
        boolean full = queue.size() >= options.batchPoints() || queuedBytes >= options.batchBytes();
        if (full || sent < hurried) {
            return 0;
        }
        return Math.max(0, queue.getFirst().takenNs() + options.linger().toNanos() - nowNs);
    }

    /** The next request; {@link #finish} must follow. */
    WriteBatch take() {
        List<PendingWrite> batch = new ArrayList<>();
        Kind kind = queue.getFirst().kind();
        long bytes = 0;
        while (!queue.isEmpty()
                && queue.getFirst().kind() == kind
                && batch.size() < options.batchPoints()
                && (batch.isEmpty()
                        || bytes + queue.getFirst().json().length <= options.batchBytes())) {
            PendingWrite write = queue.removeFirst();
            bytes += write.json().length;
            batch.add(write);
        }
        queuedBytes -= bytes;
        sent += batch.size();
        busy = true;
        return new WriteBatch(batch);
    }

    void finish(int writes) {
        done += writes;
        busy = false;
    }

    /** All that is not under way, which is then done with. */
    List<PendingWrite> abandon() {
        List<PendingWrite> all = new ArrayList<>(queue);
        queue.clear();
        queuedBytes = 0;
        sent += all.size();
        done += all.size();
        return all;
    }
}
