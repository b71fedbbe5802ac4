package io.omendb.connectors.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import io.omendb.flink.update.ShardUpdate;
import io.omendb.flink.update.ShardUpdate.Position;
import io.omendb.flink.update.ShardUpdate.UpsertBatch;
import io.omendb.flink.update.SubtaskKeys;
import io.omendb.index.segment.IdHash;
import io.omendb.record.ByteStrings;
import io.omendb.record.PointColumns;
import io.omendb.schema.CollectionDefinition;
import io.omendb.schema.CollectionSchema;
import io.omendb.schema.Metric;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BatchSplitTest {
    private static final int KEY_GROUPS = 128;

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7})
    void everyId_goesToItsSubtask_withItsLastRow(int parallelism) {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        int rows = 1_000;
        float[] vectors = new float[rows];
        ByteStrings.Builder ids = new ByteStrings.Builder(rows, 0);
        Map<String, Float> expected = new HashMap<>();
        for (int row = 0; row < rows; row++) {
            String id = "id" + random.nextInt(600);
            ids.add(id.getBytes(StandardCharsets.UTF_8));
            vectors[row] = row;
            expected.put(id, (float) row);
        }
        List<ShardUpdate> sent = new ArrayList<>();
        BatchSplit split =
                new BatchSplit(
                        SubtaskKeys.perSubtask(parallelism, KEY_GROUPS), KEY_GROUPS, sent::add);
        CollectionDefinition definition =
                new CollectionDefinition(
                        CollectionSchema.of("c", 1, Metric.L2), "omen.c", 1, Map.of());

        split.split(
                new PointColumns(1, vectors, ids.build(), null, null),
                definition,
                new Position("omen.c-0", 7, 0));

        assertThat(sent).hasSize(parallelism);
        Map<String, Float> found = new HashMap<>();
        for (ShardUpdate update : sent) {
            UpsertBatch batch = (UpsertBatch) update;
            int subtask = SubtaskKeys.subtaskOf(batch.keyHash(), parallelism, KEY_GROUPS);
            float before = -1;
            for (int row = 0; row < batch.points().rows(); row++) {
                byte[] id = batch.points().ids().get(row);
                assertThat(batch.idHashes()[row]).isEqualTo(IdHash.of(id));
                assertThat(SubtaskKeys.subtaskOf(batch.idHashes()[row], parallelism, KEY_GROUPS))
                        .isEqualTo(subtask);
                float value = batch.points().vectors()[row];
                assertThat(value).isGreaterThan(before);
                before = value;
                assertThat(found.put(new String(id, StandardCharsets.UTF_8), value)).isNull();
            }
        }
        assertThat(found).isEqualTo(expected);
    }
}
