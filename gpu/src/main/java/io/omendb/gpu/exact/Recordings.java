package io.omendb.gpu.exact;

import io.omendb.gpu.cuda.Graph;
import io.omendb.gpu.cuda.Stream;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * Runs that came again, recorded: from the second time on a run of the same sizes over the same
 * memory is started with one call. Used by one thread.
 */
final class Recordings implements AutoCloseable {
    private static final int GRAPHS_MAX = 64;
    private static final int SEEN_MAX = 1024;

    private final Stream stream;
    private final Set<Object> seen = new HashSet<>();
    private final Map<Object, Graph> graphs = new LinkedHashMap<>(16, 0.75f, true);

    Recordings(Stream stream) {
        this.stream = stream;
    }

    /**
     * Starts a run.
     *
     * @param key all that the run's work depends on
     * @param work starts it on the stream; waits for nothing and allocates nothing
     */
    void run(Object key, Runnable work) {
        Graph known = graphs.get(key);
        if (known == null && !seen.add(key)) {
            known = Graph.record(stream, work);
            graphs.put(key, known);
            forgetOldest();
        }
        if (known == null) {
            if (seen.size() > SEEN_MAX) {
                seen.clear();
            }
            work.run();
        } else {
            known.launch(stream);
        }
    }

    private void forgetOldest() {
        if (graphs.size() > GRAPHS_MAX) {
            Iterator<Graph> oldest = graphs.values().iterator();
            oldest.next().close();
            oldest.remove();
        }
    }

    /** Forgets all recordings: memory they name is about to go. No run is under way. */
    void clear() {
        graphs.values().forEach(Graph::close);
        graphs.clear();
        seen.clear();
    }

    @Override
    public void close() {
        clear();
    }
}
