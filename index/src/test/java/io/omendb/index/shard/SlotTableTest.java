package io.omendb.index.shard;

import static org.assertj.core.api.Assertions.assertThat;

import io.omendb.index.segment.Segment;
import io.omendb.schema.CollectionSchema;
import io.omendb.schema.Metric;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Slots come and go for as long as a shard lives; those that lead somewhere are few. */
class SlotTableTest {
    private static final CollectionSchema SCHEMA = CollectionSchema.of("c", 2, Metric.L2);

    private final SlotTable table = new SlotTable();

    @Test
    void slotsOfALongLife_leadWhereTheyShould() {
        Segment kept = segment();
        long location = SlotTable.location(kept.slot(), 3);
        for (int i = 0; i < 5_000; i++) {
            Segment one = segment();
            Segment two = segment();
            Segment merged = segment();
            int[] even = IntStream.range(0, 10).map(row -> row % 2 == 0 ? row / 2 : -1).toArray();
            int[] odd =
                    IntStream.range(0, 10).map(row -> row % 2 == 1 ? 5 + row / 2 : -1).toArray();
            table.forward(one.slot(), merged, even);
            table.forward(two.slot(), merged, odd);
            assertThat(table.resolve(SlotTable.location(one.slot(), 4)))
                    .isEqualTo(SlotTable.location(merged.slot(), 2));
            assertThat(table.resolve(SlotTable.location(one.slot(), 5)))
                    .isEqualTo(SlotTable.DROPPED);
            assertThat(table.resolve(SlotTable.location(two.slot(), 5)))
                    .isEqualTo(SlotTable.location(merged.slot(), 7));
            assertThat(table.isForwarding(two.slot())).isTrue();
            assertThat(table.isForwarding(merged.slot())).isFalse();
            Object before = table.version();
            table.clear(one.slot());
            assertThat(table.version()).isNotSameAs(before);
            table.clear(two.slot());
            table.clear(merged.slot());
            assertThat(table.resolve(SlotTable.location(two.slot(), 5)))
                    .isEqualTo(SlotTable.DROPPED);
            assertThat(table.resolve(location)).isEqualTo(location);
            assertThat(table.segment(location)).isSameAs(kept);
        }
        assertThat(table.held()).isEqualTo(1);
        assertThat(segment().slot()).isEqualTo(15_001);
        assertThat(table.held()).isEqualTo(2);
    }

    private Segment segment() {
        Segment segment = Segment.mutable(table.reserve(), SCHEMA, null);
        table.put(segment);
        return segment;
    }
}
