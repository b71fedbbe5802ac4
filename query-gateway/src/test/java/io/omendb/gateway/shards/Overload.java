package io.omendb.gateway.shards;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** A limit, and searches that come and go at times of a clock that nothing else moves. */
public final class Overload {
    static final int BUSY = 8;
    static final int FLOOR = BUSY / 2;
    static final int MOST = 512;
    static final long MS = TimeUnit.MILLISECONDS.toNanos(1);

    private static final int SEARCHES = 64;
    private static final long INTERVAL = 100 * MS;

    private final AtomicLong clock = new AtomicLong();
    private final SearchLimit limit = new SearchLimit(BUSY, MOST, clock::get);

    /** One whose limit is at its floor, and reached. */
    public static Overload reached() {
        Overload overload = new Overload();
        overload.enter(SEARCHES);
        for (int i = 0; i < 10; i++) {
            overload.interval(200, 20 * MS);
        }
        return overload;
    }

    /** One whose loops have done nothing but long turns, while nothing waits for other threads. */
    public static Overload ofLoops() {
        Overload overload = new Overload();
        LoopTurns turns = overload.limit.turns();
        Runnable[] end = new Runnable[1];
        while (!turns.isOverloaded()) {
            for (int i = 0; i < SEARCHES; i++) {
                turns.refuses(task -> end[0] = task);
                turns.searches();
                overload.work();
            }
            end[0].run();
        }
        return overload;
    }

    /** Lets the time pass that a search takes. */
    public void work() {
        clock.addAndGet(MS);
    }

    public SearchLimit limit() {
        return limit;
    }

    void enter(int count) {
        for (int i = 0; i < count; i++) {
            limit.enter();
        }
    }

    /** Lets an interval pass in which each search that ends is followed by one that asks. */
    void interval(int searches, long idleNanos) {
        limit.refuses();
        for (int i = 0; i < searches; i++) {
            limit.answered(i == 0 ? 0 : idleNanos);
            ask();
        }
        pass();
    }

    /** Lets an interval pass. */
    void pass() {
        clock.addAndGet(INTERVAL);
        limit.left();
        ask();
    }

    private void ask() {
        if (!limit.refuses()) {
            limit.enter();
        }
    }

    /** All searches under way end. */
    public void end() {
        while (limit.inFlight() > 0) {
            limit.left();
        }
    }
}
