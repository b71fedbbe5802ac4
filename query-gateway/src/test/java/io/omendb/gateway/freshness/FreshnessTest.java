package io.omendb.gateway.freshness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.omendb.OmenException;
import io.omendb.protocol.v1.Applied;
import io.omendb.schema.CollectionDefinition;
import io.omendb.schema.CollectionSchema;
import io.omendb.schema.Metric;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FreshnessTest {
    private static final CollectionDefinition COLLECTION =
            new CollectionDefinition(
                    CollectionSchema.of("c", 3, Metric.L2), "omen.c", 1_000, Map.of(1, 50L));

    @Test
    void of_shardsDiffer_takesTheLeast() {
        Freshness freshness =
                Freshness.of(
                        COLLECTION,
                        List.of(
                                Map.of("omen.c-0", applied(9, 4_000), "omen.c-1", applied(59, 2)),
                                Map.of("omen.c-0", applied(7, 3_000), "omen.c-1", applied(59, 2))),
                        ends(10, 60),
                        5_000);

        assertThat(freshness.applied())
                .containsExactly(Map.entry("omen.c-0", 7L), Map.entry("omen.c-1", 59L));
        assertThat(freshness.lagRecords()).isEqualTo(2);
        assertThat(freshness.lagMs()).isEqualTo(2_000);
    }

    @Test
    void of_allApplied_hasNoLag() {
        Freshness freshness =
                Freshness.of(
                        COLLECTION,
                        List.of(Map.of("omen.c-0", applied(9, 1))),
                        ends(10, 50),
                        5_000);

        assertThat(freshness.lagRecords()).isZero(); // partition 1 ends where the collection begins
        assertThat(freshness.lagMs()).isZero();
        assertThat(freshness.applied()).containsEntry("omen.c-1", -1L);
    }

    @Test
    void of_shardThatHeardNothing_countsAsNothingApplied() {
        Freshness freshness =
                Freshness.of(
                        COLLECTION,
                        List.of(Map.of("omen.c-0", applied(9, 2_000)), Map.of()),
                        ends(10, 50),
                        5_000);

        assertThat(freshness.applied()).containsEntry("omen.c-0", -1L);
        assertThat(freshness.lagRecords()).isEqualTo(10);
        assertThat(freshness.lagMs()).isEqualTo(4_000); // since the collection was created
    }

    @Test
    void of_mappedTopics_countWhereTheyFeedTheCollection() {
        Map<String, Applied> shard =
                Map.of(
                        "omen.c-0", applied(9, 2_000),
                        "omen.c-1", applied(59, 2_000),
                        "shop-items-0", applied(4, 3_000),
                        "others-0", applied(7, 4_000));
        Ends ends =
                new Ends(
                        Set.of("omen.c", "shop-items"),
                        Map.of(
                                new TopicPartition("omen.c", 0), 10L,
                                new TopicPartition("shop-items", 0), 9L,
                                new TopicPartition("shop-items", 1), 103L,
                                new TopicPartition("shop-items", 2), 70L),
                        Map.of(
                                new TopicPartition("shop-items", 1), 100L,
                                new TopicPartition("shop-items", 2), 70L));

        Freshness freshness = Freshness.of(COLLECTION, List.of(shard), ends, 5_000);

        assertThat(freshness.applied())
                .containsExactly(
                        Map.entry("omen.c-0", 9L),
                        Map.entry("omen.c-1", 59L),
                        Map.entry("shop-items-0", 4L),
                        Map.entry("shop-items-1", -1L),
                        Map.entry("shop-items-2", -1L));
        assertThat(freshness.lagRecords()).isEqualTo(4 + 3);
        assertThat(ends.last(COLLECTION))
                .containsExactlyInAnyOrder(
                        new Token("omen.c", 0, 9),
                        new Token("shop-items", 0, 8),
                        new Token("shop-items", 1, 102));
    }

    @Test
    void of_unknownEnds_hasUnknownLag() {
        Freshness freshness =
                Freshness.of(
                        COLLECTION,
                        List.of(Map.of("omen.c-0", applied(9, 1))),
                        Ends.unknown(Set.of("omen.c")),
                        5_000);

        assertThat(freshness.lagRecords()).isNull();
        assertThat(freshness.json().path("lag_ms").isNull()).isTrue();
    }

    @Test
    void token_parse_readsWhatItWrites() {
        Token token = Token.parse("t", "omen.my-things-12:345");

        assertThat(token).isEqualTo(new Token("omen.my-things", 12, 345));
        assertThat(token).hasToString("omen.my-things-12:345");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x", "a-b:1", "a-1", "a-1:", "-1:2", "a-1:b", "a:1-2", "a-1:-2"})
    void token_parseOfAnythingElse_isMalformed(String text) {
        assertThatThrownBy(() -> Token.parse("after[0]", text))
                .isInstanceOf(OmenException.class)
                .hasMessageStartingWith("after[0]: found \"" + text + "\", expected a token");
    }

    private static Applied applied(long offset, long timestampMs) {
        return Applied.newBuilder().setOffset(offset).setTimestampMs(timestampMs).build();
    }

    private static Ends ends(long first, long second) {
        return new Ends(
                Set.of("omen.c"),
                Map.of(
                        new TopicPartition("omen.c", 0),
                        first,
                        new TopicPartition("omen.c", 1),
                        second),
                Map.of());
    }
}
