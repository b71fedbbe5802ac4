package io.omendb.state;

import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What checkpoints under way hold, and the last one that was completed. Savepoints do not count: a
 * failure does not go back to them. The segments of the last one stay readable until the next is
 * completed, even if they were merged. Written by the task thread; any thread may read.
 */
final class CommittedViews {
    private final SortedMap<Long, Map<String, CommittedCollection>> underWay = new TreeMap<>();
    private volatile Map<String, CommittedCollection> last = Map.of();

    /** The collections of the last completed checkpoint by name. */
    Map<String, CommittedCollection> last() {
        return last;
    }

    synchronized void add(long checkpointId, Map<String, CommittedCollection> collections) {
        underWay.put(checkpointId, Map.copyOf(collections));
    }

    /** State was restored: it is what a checkpoint holds. */
    synchronized void restored(Map<String, CommittedCollection> collections) {
        last = Map.copyOf(collections);
    }

    synchronized void complete(long checkpointId) {
        Map<String, CommittedCollection> completed = underWay.get(checkpointId);
        if (completed != null) {
            last = completed;
        }
        underWay.headMap(checkpointId + 1).clear();
    }

    synchronized void abort(long checkpointId) {
        underWay.remove(checkpointId);
    }
}
