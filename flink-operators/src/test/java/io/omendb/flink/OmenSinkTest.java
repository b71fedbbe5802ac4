package io.omendb.flink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.omendb.flink.update.ShardUpdate;
import io.omendb.flink.update.ShardUpdate.Define;
import io.omendb.flink.update.ShardUpdate.Delete;
import io.omendb.flink.update.ShardUpdate.Upsert;
import io.omendb.flink.update.ShardUpdateSerializer;
import io.omendb.schema.CollectionDefinition;
import io.omendb.schema.CollectionSchema;
import io.omendb.schema.FieldType;
import io.omendb.schema.Metric;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.apache.flink.streaming.api.operators.ProcessOperator;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.Test;

class OmenSinkTest {
    private static final CollectionDefinition DEFINITION =
            new CollectionDefinition(
                    CollectionSchema.of("c", 2, Metric.L2)
                            .withFields(Map.of("price", FieldType.DOUBLE)),
                    "omen.c",
                    1,
                    Map.of());

    private record Item(String id, float[] vector, Object price) {}

    @Test
    void build_missingParts_isRefused() {
        assertThatThrownBy(() -> OmenSink.<Item>builder().collection("c").dimension(2).build())
                .hasMessageContaining("collection, dimension, id and vector are required");
        assertThatThrownBy(
                        () ->
                                OmenSink.<Item>builder()
                                        .collection("c")
                                        .id(Item::id)
                                        .vector(Item::vector)
                                        .build())
                .hasMessageContaining("dimension: found 0");
    }

    @Test
    void elements_becomeUpdates_andTheirSerializerKeepsThem() throws Exception {
        try (var harness = harness()) {
            harness.setup(new ShardUpdateSerializer());
            harness.open();
            harness.processElement(new Item("ä", new float[] {1, -0f}, 9.5), 0);
            harness.processElement(new Item("gone", null, null), 0);
            List<ShardUpdate> updates = new ArrayList<>(harness.extractOutputValues());
            assertThat(updates).hasSize(2);
            Upsert upsert = (Upsert) updates.get(0);
            assertThat(new String(upsert.metadata(), StandardCharsets.UTF_8))
                    .isEqualTo("{\"price\":9.5}");
            assertThat(updates.get(1)).isInstanceOf(Delete.class);
            updates.add(new Define(0, DEFINITION));
            ShardUpdateSerializer serializer = new ShardUpdateSerializer();
            for (ShardUpdate update : updates) {
                DataOutputSerializer out = new DataOutputSerializer(64);
                serializer.serialize(update, out);
                ShardUpdate read =
                        serializer.deserialize(new DataInputDeserializer(out.getCopyOfBuffer()));
                assertThat(read).usingRecursiveComparison().isEqualTo(update);
            }
        }
    }

    @Test
    void elements_thatDoNotFit_failWithWhatWasFound() throws Exception {
        try (var harness = harness()) {
            harness.setup(new ShardUpdateSerializer());
            harness.open();
            assertThatThrownBy(() -> harness.processElement(new Item("a", new float[3], 1.0), 0))
                    .hasStackTraceContaining("found 3");
            assertThatThrownBy(() -> harness.processElement(new Item("a", new float[2], "free"), 0))
                    .hasStackTraceContaining("price");
            assertThatThrownBy(
                            () ->
                                    harness.processElement(
                                            new Item("x".repeat(600), new float[2], 1.0), 0))
                    .hasStackTraceContaining("512");
        }
    }

    private static OneInputStreamOperatorTestHarness<Item, ShardUpdate> harness() throws Exception {
        OmenSink.Extractors<Item> extractors =
                new OmenSink.Extractors<>(
                        Item::id, Item::vector, item -> Map.of("price", item.price()), null);
        return new OneInputStreamOperatorTestHarness<>(
                new ProcessOperator<>(new UpdateExtractor<>(DEFINITION, extractors)));
    }
}
