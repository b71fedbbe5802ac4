package io.omendb.gateway.shards;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Whether whoever asked has gone away, and word of it for those who work on the answer. Unlike the
 * dependents of a future they are forgotten when their work is done: a stream asks for hours, and a
 * future would keep every answer it was ever given. Safe for use by any thread.
 */
public final class Departure {
    private final List<Runnable> watchers = new ArrayList<>(2);
    private volatile boolean gone;

    /** Of one who goes when this future completes, however. */
    public static Departure with(CompletableFuture<?> going) {
        Departure departure = new Departure();
        going.whenComplete((how, failure) -> departure.happen());
        return departure;
    }

    /** Whoever asked has gone. Of no effect the second time. */
    public void happen() {
        List<Runnable> told;
        synchronized (watchers) {
            gone = true;
            told = List.copyOf(watchers);
            watchers.clear();
        }
        told.forEach(Runnable::run);
    }

    public boolean hasHappened() {
        return gone;
    }

    /** Runs the watcher once whoever asked has gone, at once if that is so already. */
    public void watch(Runnable watcher) {
        synchronized (watchers) {
            if (!gone) {
                watchers.add(watcher);
                return;
            }
        }
        watcher.run();
    }

    /** Does not run this very watcher any more. */
    public void forget(Runnable watcher) {
        synchronized (watchers) {
            // Whoever began last is most often done first, and few are under way at a time.
            for (int i = watchers.size() - 1; i >= 0; i--) {
                if (watchers.get(i) == watcher) {
                    watchers.remove(i);
                    return;
                }
            }
        }
    }

    /** How many watch. */
    int watchers() {
        synchronized (watchers) {
            return watchers.size();
        }
    }
}
