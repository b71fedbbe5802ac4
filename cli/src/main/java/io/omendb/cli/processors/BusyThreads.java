package io.omendb.cli.processors;

import io.omendb.index.background.OwnThreads;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/** How busy some threads of a process are, from one look to the next. */
final class BusyThreads {
    private final OwnThreads threads;
    private final List<String> names;
    private List<Integer> listed = List.of();
    private Map<Integer, Long> busy = Map.of();

    /**
     * None yet.
     *
     * @param names how their names begin
     */
    BusyThreads(OwnThreads threads, List<String> names) {
        this.threads = threads;
        this.names = names;
    }

    /**
     * Looks for those there are.
     *
     * @throws IOException where that, or how busy they are, cannot be told
     */
    void list() throws IOException {
        listed = threads.named(names);
        busy = threads.busyNanos(listed);
    }

    /** Whether there are some, and all that were listed still are. */
    boolean isComplete() {
        return !busy.isEmpty() && busy.size() == listed.size();
    }

    /**
     * Nanoseconds since the last look or listing that the busiest of them ran or waited for a
     * processor.
     *
     * @throws IOException where that cannot be told
     */
    double busiest() throws IOException {
        Map<Integer, Long> now = threads.busyNanos(listed);
        long most = 0;
        for (Map.Entry<Integer, Long> thread : now.entrySet()) {
            Long since = busy.get(thread.getKey());
            most = since == null ? most : Math.max(most, thread.getValue() - since);
        }
        busy = now;
        return most;
    }
}
