package io.omendb.client;

import io.omendb.client.OmenClientException.Reason;
import io.omendb.client.PendingWrite.Kind;
import io.omendb.client.point.Point;
import io.omendb.client.point.PointPatch;
import io.omendb.client.point.WriteOptions;
import io.omendb.client.point.Written;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Collects writes into requests by number, bytes and time, with several requests under way.
 *
 * <pre>{@code
 * try (BatchingWriter writer = products.writer(WriterOptions.DEFAULT)) {
 *     writer.upsert(Point.of("a", 0.1f, 0.2f)).thenAccept(written -> …);
 *     writer.delete("b");
 *     writer.flush();
 * }
 * }</pre>
 *
 * <p>Writes of one id take effect in the order they were given: ids are spread over as many lanes
 * as requests may be under way, and a lane has one at a time. A bad point fails alone; the others
 * of its request are sent without it. Writing blocks while {@link WriterOptions#bufferBytes} wait
 * or are under way. No failure is lost: the write's future has it, and so has the next {@link
 * #flush} or {@link #close}.
 *
 * <p>A thread named after the collection sends; answers complete futures on the client's threads,
 * which work that depends on them must not block. Safe for use by several threads.
 */
public final class BatchingWriter implements AutoCloseable {
    private final AsyncOmenCollection collection;
    private final WriterOptions options;
    private final WriterLane[] lanes;
    private final Thread thread;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    // All below is guarded by the lock.
    private final List<CompletableFuture<Written>> underWay = new ArrayList<>();
    private long bufferedBytes;
    private long unfinished;
    private boolean closing;
    private boolean abandoned;
    private long failures;
    private @Nullable OmenClientException firstFailure;

    private BatchingWriter(AsyncOmenCollection collection, WriterOptions options) {
        this.collection = collection;
        this.options = options;
        this.lanes = new WriterLane[options.inFlight()];
        for (int i = 0; i < lanes.length; i++) {
            lanes[i] = new WriterLane(options);
        }
        this.thread = new Thread(this::run, "omen-writer-" + collection.name());
        thread.setDaemon(true);
    }

    /** A writer of the collection. The client is not its own: close that after the writer. */
    public static BatchingWriter open(AsyncOmenCollection collection, WriterOptions options) {
        BatchingWriter writer = new BatchingWriter(collection, options);
        writer.thread.start();
        return writer;
    }

    /**
     * Writes a point, soon. It may be changed after this returns.
     *
     * @return what the request was answered that the point was in: a query after its tokens sees
     *     the point. Fails with {@link OmenClientException}; cancelling it changes nothing
     * @throws OmenClientException CLOSED after {@link #close}; INTERRUPTED while there is no room
     * @throws IllegalArgumentException if metadata holds what JSON has no form for
     */
    public CompletableFuture<Written> upsert(Point point) {
        return add(Kind.UPSERT, point.id(), Json.write(point));
    }

    /** Changes a point that is there, soon; otherwise as {@link #upsert}. */
    public CompletableFuture<Written> patch(PointPatch patch) {
        return add(Kind.PATCH, patch.id(), Json.write(patch));
    }

    /** Deletes a point, soon; otherwise as {@link #upsert}. */
    public CompletableFuture<Written> delete(String id) {
        return add(Kind.DELETE, id, Json.write(id));
    }

    private CompletableFuture<Written> add(Kind kind, String id, byte[] json) {
        CompletableFuture<Written> done = new CompletableFuture<>();
        lockInterruptibly();
        try {
            while (!closing
                    && bufferedBytes > 0
                    && bufferedBytes + json.length > options.bufferBytes()) {
                changed.await();
            }
            if (closing) {
                throw closed();
            }
            bufferedBytes += json.length;
            unfinished++;
            lanes[Math.floorMod(id.hashCode(), lanes.length)].add(
                    new PendingWrite(kind, json, System.nanoTime(), done));
            changed.signalAll();
        } catch (InterruptedException e) {
            throw interrupted(e);
        } finally {
            lock.unlock();
        }
        return done;
    }

    /**
     * Sends what waits and returns once all that was given before is done.
     *
     * @throws OmenClientException if a write failed since the last flush: the first of them;
     *     INTERRUPTED if the thread is
     */
    public void flush() {
        lockInterruptibly();
        try {
            long[] wanted = hurry();
            while (!isDone(wanted)) {
                changed.await();
            }
            throwFailure();
        } catch (InterruptedException e) {
            throw interrupted(e);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Flushes and ends the thread. What is not done within {@link WriterOptions#closeTimeout}, or
     * when the calling thread is interrupted, fails with CLOSED.
     *
     * @throws OmenClientException as {@link #flush}
     */
    @Override
    public void close() {
        lock.lock();
        try {
            closing = true;
            var unused = hurry();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        InterruptedException interruption = null;
        try {
            thread.join(options.closeTimeout().toMillis());
        } catch (InterruptedException e) {
            interruption = e;
        }
        if (thread.isAlive() || !isFinished()) {
            abandon();
        }
        if (interruption != null) {
            throw interrupted(interruption);
        }
        lock.lock();
        try {
            throwFailure();
        } finally {
            lock.unlock();
        }
    }

    private boolean isFinished() {
        lock.lock();
        try {
            return unfinished == 0;
        } finally {
            lock.unlock();
        }
    }

    /** Fails what is not sent and gives up what is under way. */
    private void abandon() {
        List<PendingWrite> left = new ArrayList<>();
        List<CompletableFuture<Written>> requests;
        OmenClientException closed = closed();
        lock.lock();
        try {
            closing = true;
            abandoned = true;
            for (WriterLane lane : lanes) {
                left.addAll(lane.abandon());
            }
            unfinished -= left.size();
            if (!left.isEmpty()) {
                note(closed, left.size());
            }
            requests = List.copyOf(underWay);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        new WriteBatch(left).fail(closed);
        requests.forEach(request -> request.cancel(true));
    }

    /** The thread: sends what is due, until the writer is closed and everything is done. */
    private void run() {
        try {
            Taken next = awaitDue();
            while (next != null) {
                sendOrFail(next);
                next = awaitDue();
            }
        } catch (InterruptedException e) {
            // Nobody has reason to, but then nothing more will be sent.
            Thread.currentThread().interrupt();
            abandon();
        } catch (RuntimeException | Error e) {
            // Nothing more will be sent, and somebody waits.
            abandon();
            throw e;
        }
    }

    private void sendOrFail(Taken next) {
        try {
            send(next, next.batch);
        } catch (RuntimeException | Error e) {
            // Such as no memory for the request: nobody else knows of these writes any more.
            OmenClientException failure = known(e);
            locked(() -> note(failure, next.batch.size()));
            free(next);
            next.batch.fail(failure);
            finish(next);
            throw e;
        }
    }

    /** What to send next; null when there will be nothing any more. */
    private @Nullable Taken awaitDue() throws InterruptedException {
        lock.lock();
        try {
            while (!(closing && unfinished == 0)) {
                long now = System.nanoTime();
                long least = Long.MAX_VALUE;
                for (WriterLane lane : lanes) {
                    long dueIn = lane.dueInNs(now);
                    if (dueIn == 0) {
                        return new Taken(lane, lane.take());
                    }
                    least = Math.min(least, dueIn);
                }
                boolean unused = changed.await(least, TimeUnit.NANOSECONDS);
            }
            return null;
        } finally {
            lock.unlock();
        }
    }

    /** A batch that its lane waits for. */
    private record Taken(WriterLane lane, WriteBatch batch) {}

    /**
     * Sends a batch.
     *
     * @param rest all of it, or what is left without its bad points
     */
    private void send(Taken taken, WriteBatch rest) {
        CompletableFuture<Written> sent =
                collection.write(
                        rest.kind().method(),
                        rest.kind().route(),
                        rest.body(),
                        new WriteOptions(options.searchable(), null),
                        true);
        boolean unwanted = follow(sent);
        var unused =
                sent.whenComplete(
                        (written, failure) -> {
                            locked(() -> underWay.remove(sent));
                            if (failure == null) {
                                free(taken);
                                rest.succeed(written);
                                finish(taken);
                            } else {
                                refused(taken, rest, known(failure));
                            }
                        });
        if (unwanted) {
            sent.cancel(true);
        }
    }

    private void refused(Taken taken, WriteBatch rest, OmenClientException failure) {
        WriteBatch good = rest.failNamed(failure);
        int failed = good == null ? rest.size() : rest.size() - good.size();
        locked(() -> note(failure, failed));
        if (good != null && good.size() > 0) {
            send(taken, good);
            return;
        }
        free(taken);
        if (good == null) {
            rest.fail(failure);
        }
        finish(taken);
    }

    /** Makes room before futures are completed, whose dependents may want to write again. */
    private void free(Taken taken) {
        locked(() -> bufferedBytes -= taken.batch.bytes());
    }

    private void finish(Taken taken) {
        locked(
                () -> {
                    taken.lane.finish(taken.batch.size());
                    unfinished -= taken.batch.size();
                });
    }

    /** Changes the state, and tells who waits for it. */
    private void locked(Runnable change) {
        lock.lock();
        try {
            change.run();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Remembers a request. Returns whether nobody wants it any more. */
    private boolean follow(CompletableFuture<Written> sent) {
        lock.lock();
        try {
            underWay.add(sent);
            return abandoned;
        } finally {
            lock.unlock();
        }
    }

    private long[] hurry() {
        long[] wanted = new long[lanes.length];
        for (int i = 0; i < lanes.length; i++) {
            wanted[i] = lanes[i].hurry();
        }
        changed.signalAll();
        return wanted;
    }

    private boolean isDone(long[] wanted) {
        for (int i = 0; i < lanes.length; i++) {
            if (lanes[i].done() < wanted[i]) {
                return false;
            }
        }
        return true;
    }

    private void note(OmenClientException failure, int writes) {
        failures += writes;
        if (firstFailure == null) {
            firstFailure = failure;
        }
    }

    private void throwFailure() {
        OmenClientException first = firstFailure;
        if (first != null) {
            long writes = failures;
            firstFailure = null;
            failures = 0;
            throw first.concerning(writes);
        }
    }

    private OmenClientException known(Throwable failure) {
        if (failure instanceof OmenClientException known) {
            return known;
        }
        return failure instanceof CancellationException
                ? closed()
                : OmenClientException.failed(
                        Reason.DISCONNECTED, thread.getName(), failure.toString(), 1, failure);
    }

    private OmenClientException closed() {
        return OmenClientException.closed("the writer of " + collection.name());
    }

    private void lockInterruptibly() {
        try {
            lock.lockInterruptibly();
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    private static OmenClientException interrupted(InterruptedException e) {
        Thread.currentThread().interrupt();
        return OmenClientException.interrupted(e);
    }
}
