package io.omendb.protocol.catalogue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.omendb.OmenException;
import io.omendb.schema.CollectionDefinition;
import io.omendb.schema.CollectionSchema;
import io.omendb.schema.Metric;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CatalogueRecordTest {
    private static final CollectionDefinition DEFINITION =
            new CollectionDefinition(
                    CollectionSchema.of("c", 3, Metric.DOT), "omen.c", 77, Map.of(1, 9L));

    @Test
    void read_created_givesTheDefinition() {
        CatalogueRecord record = CatalogueRecord.created(DEFINITION);

        assertThat(CatalogueRecord.read(record.key(), record.value())).isEqualTo(record);
        assertThat(record.definition()).isEqualTo(DEFINITION);
    }

    @Test
    void read_dropped_keepsTheGeneration() {
        CatalogueRecord record = CatalogueRecord.dropped(DEFINITION);

        assertThat(CatalogueRecord.read(record.key(), record.value()))
                .isEqualTo(new CatalogueRecord("c", 77, null));
    }

    @Test
    void read_garbage_isRefused() {
        for (String value : List.of("", "{", "{}", "[]", "{\"dimension\":3,\"metric\":\"l2\"}")) {
            assertThatThrownBy(
                            () ->
                                    CatalogueRecord.read(
                                            new byte[] {'c'},
                                            value.getBytes(StandardCharsets.UTF_8)))
                    .as(value)
                    .isInstanceOf(OmenException.class);
        }
    }

    @Test
    void snapshot_dropped_hidesButRemembersTheGeneration() {
        CatalogueSnapshot snapshot =
                CatalogueSnapshot.EMPTY.with(List.of(CatalogueRecord.created(DEFINITION)), 1);
        assertThat(snapshot.live()).containsOnlyKeys("c");

        CatalogueSnapshot after =
                snapshot.with(
                        List.of(
                                CatalogueRecord.dropped(DEFINITION),
                                CatalogueRecord.read(new byte[] {'c'}, null)),
                        3);
        assertThat(after.live()).isEmpty();
        assertThat(after.generationOf("c")).isEqualTo(77);
        assertThat(after.version()).isEqualTo(3);
        assertThat(snapshot.live()).containsOnlyKeys("c");
    }
}
