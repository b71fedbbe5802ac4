package io.omendb.connectors.ingest;

import io.omendb.flink.update.ShardUpdate;
import io.omendb.flink.update.ShardUpdate.Position;
import io.omendb.flink.update.ShardUpdate.UpsertBatch;
import io.omendb.flink.update.SubtaskKeys;
import io.omendb.index.segment.IdHash;
import io.omendb.record.ByteStrings;
import io.omendb.record.PointColumns;
import io.omendb.schema.CollectionDefinition;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Parts the points of one record by the subtask that owns them: one update a subtask, rows in their
 * order, of rows with one id the last. Such an update must reach the subtask it was made for, so it
 * must not be in flight while the parallelism changes; see {@link IngestionJob}. Used by the task
 * thread.
 */
final class BatchSplit {
    private final long[] subtaskKeys;
    private final int maxParallelism;
    private final Consumer<ShardUpdate> updates;
    private final int[][] rows;
    private final int[] counts;

    BatchSplit(long[] subtaskKeys, int maxParallelism, Consumer<ShardUpdate> updates) {
        this.subtaskKeys = subtaskKeys;
        this.maxParallelism = maxParallelism;
        this.updates = updates;
        this.rows = new int[subtaskKeys.length][0];
        this.counts = new int[subtaskKeys.length];
    }

    void split(PointColumns all, CollectionDefinition definition, Position position) {
        PointColumns points = newest(all);
        long[] hashes = hashes(points.ids());
        if (subtaskKeys.length == 1) {
            send(0, hashes, points, definition, position);
            return;
        }
        Arrays.fill(counts, 0);
        for (int row = 0; row < hashes.length; row++) {
            int subtask = SubtaskKeys.subtaskOf(hashes[row], subtaskKeys.length, maxParallelism);
            if (counts[subtask] == rows[subtask].length) {
                rows[subtask] = Arrays.copyOf(rows[subtask], Math.max(64, 2 * counts[subtask]));
            }
            rows[subtask][counts[subtask]++] = row;
        }
        for (int subtask = 0; subtask < counts.length; subtask++) {
            int count = counts[subtask];
            if (count > 0) {
                long[] selected = new long[count];
                for (int i = 0; i < count; i++) {
                    selected[i] = hashes[rows[subtask][i]];
                }
                PointColumns part =
                        count == hashes.length ? points : points.select(rows[subtask], count);
                send(subtask, selected, part, definition, position);
            }
        }
    }

    /**
     * Without the rows that a later row of the same id replaces. All rows of a record have one
     * position, and of two writes of an id at one position a shard takes the first.
     */
    private static PointColumns newest(PointColumns points) {
        ByteStrings ids = points.ids();
        Map<ByteBuffer, Integer> last = new HashMap<>(2 * ids.size());
        for (int row = 0; row < ids.size(); row++) {
            last.put(ByteBuffer.wrap(ids.bytes(), ids.start(row), ids.length(row)), row);
        }
        if (last.size() == ids.size()) {
            return points;
        }
        int[] kept = last.values().stream().mapToInt(Integer::intValue).sorted().toArray();
        return points.select(kept, kept.length);
    }

    private void send(
            int subtask,
            long[] hashes,
            PointColumns points,
            CollectionDefinition definition,
            Position position) {
        if (hashes.length > 0) {
            updates.accept(
                    new UpsertBatch(
                            definition.name(),
                            definition.generation(),
                            subtaskKeys[subtask],
                            position,
                            hashes,
                            points));
        }
    }

    private static long[] hashes(ByteStrings ids) {
        long[] hashes = new long[ids.size()];
        for (int row = 0; row < hashes.length; row++) {
            hashes[row] = IdHash.of(ids.bytes(), ids.start(row), ids.length(row));
        }
        return hashes;
    }
}
