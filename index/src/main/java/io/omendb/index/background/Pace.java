package io.omendb.index.background;

import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Lets work in the background make way for searches: while there are any, a thread that {@linkplain
 * #enter does} such work rests after each tenth of a millisecond of it, for longer than it worked.
 * On a machine whose cores are all busy a search then waits for that tenth instead of for the
 * operating system's time slice, which a thread that is woken does not cut short. Safe to use from
 * any thread; one for everything that shares a subtask's threads.
 */
public final class Pace {
    private static final long WORK_NANOS = 100_000;
    private static final long REST_NANOS = 300_000;

    /** So long after a search the next one is expected. */
    private static final long SEARCHED_NANOS = 20_000_000;

    private static final ThreadLocal<@Nullable Worker> WORKER = new ThreadLocal<>();

    private final LongAdder rests = new LongAdder();
    private volatile long lastSearch = System.nanoTime() - SEARCHED_NANOS;

    /** A search begins. */
    public void searching() {
        lastSearch = System.nanoTime();
    }

    /**
     * Until it is closed, this thread's work makes way wherever it calls {@link #step()}, and ends
     * there once the thread is interrupted.
     */
    public Scope enter() {
        return enter(new Worker(this));
    }

    /**
     * Until it is closed, this thread's work only ends at a step once the thread is interrupted.
     */
    public static Scope hurry() {
        return enter(new Worker(null));
    }

    private static Scope enter(Worker worker) {
        Worker before = WORKER.get();
        WORKER.set(worker);
        return () -> WORKER.set(before);
    }

    /** Work in the background, on the thread that entered it. */
    public interface Scope extends AutoCloseable {
        @Override
        void close();
    }

    /**
     * A good moment to rest for a while. Called every few microseconds by work that takes long;
     * does nothing on a thread that did not {@linkplain #enter enter}.
     *
     * @throws CancellationException if the thread is interrupted, which it stays: whoever owns it
     *     closes, and the work would be for nobody
     */
    public static void step() {
        Worker worker = WORKER.get();
        if (worker != null) {
            worker.step();
        }
    }

    /** How often a thread rested. */
    public long rests() {
        return rests.sum();
    }

    private boolean isSearched(long now) {
        return now - lastSearch < SEARCHED_NANOS;
    }

    /** One thread's work. */
    private static final class Worker {
        /** Null where the work makes no way. */
        private final @Nullable Pace pace;

        private long since = System.nanoTime();

        Worker(@Nullable Pace pace) {
            this.pace = pace;
        }

        void step() {
            long now = System.nanoTime();
            if (now - since < WORK_NANOS) {
                return;
            }
            if (Thread.currentThread().isInterrupted()) {
                throw new CancellationException("interrupted");
            }
            if (pace != null && pace.isSearched(now)) {
                LockSupport.parkNanos(REST_NANOS);
                pace.rests.increment();
            }
            since = System.nanoTime();
        }
    }
}
