package io.omendb.flink.update;

import org.apache.flink.runtime.state.KeyGroupRangeAssignment;

/**
 * Keys that reach chosen subtasks of a keyed operator. A keyed stream cannot broadcast, so whoever
 * must tell every subtask something sends it once per key; order with the points before and after
 * it is kept, which a second stream would lose.
 */
public final class SubtaskKeys {

    private SubtaskKeys() {}

    /** One key per subtask. */
    public static long[] perSubtask(int parallelism, int maxParallelism) {
        long[] keys = new long[parallelism];
        for (int subtask = 0; subtask < parallelism; subtask++) {
            long key = 0;
            while (KeyGroupRangeAssignment.assignKeyToParallelOperator(
                            key, maxParallelism, parallelism)
                    != subtask) {
                key++;
            }
            keys[subtask] = key;
        }
        return keys;
    }

    /** One key per key group: reaches every subtask whatever the parallelism is. */
    public static long[] perKeyGroup(int maxParallelism) {
        return perSubtask(maxParallelism, maxParallelism);
    }

    /** The subtask that owns a key, as {@code keyBy} has it, without an object for the key. */
    public static int subtaskOf(long keyHash, int parallelism, int maxParallelism) {
        return KeyGroupRangeAssignment.computeOperatorIndexForKeyGroup(
                maxParallelism, parallelism, keyGroupOf(keyHash, maxParallelism));
    }

    /** The key group of a key, as {@code keyBy} has it, without an object for the key. */
    public static int keyGroupOf(long keyHash, int maxParallelism) {
        return KeyGroupRangeAssignment.computeKeyGroupForKeyHash(
                Long.hashCode(keyHash), maxParallelism);
    }
}
