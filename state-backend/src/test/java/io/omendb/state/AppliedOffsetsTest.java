package io.omendb.state;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class AppliedOffsetsTest {
    private final AppliedOffsets applied = new AppliedOffsets();

    @Test
    void advance_lowerOffset_changesNothing() {
        applied.advance("t-0", 5, 50);
        applied.advance("t-0", 4, 60);
        assertThat(applied.current()).isEqualTo(Map.of("t-0", new AppliedPosition(5, 50)));
    }

    @Test
    void feeding_namesThatBeginAlike_areToldApart() {
        applied.advance("omen.a-0", 1, 0);
        applied.advance("omen.a-b-0", 2, 0);
        applied.advance("omen.ab-0", 3, 0);
        assertThat(applied.feeding("omen.a").keySet()).containsExactly("omen.a-0");
        assertThat(applied.feeding("omen.a-b").keySet()).containsExactly("omen.a-b-0");
        applied.advance("shop.items-0", 4, 0);
        assertThat(applied.feeding("omen.a").keySet())
                .containsExactlyInAnyOrder("omen.a-0", "shop.items-0");
    }

    @Test
    void whenReached_completesAtTheLastOfItsPositions() {
        CompletableFuture<Void> reached = applied.whenReached(Map.of("t-0", 3L, "t-1", 7L));
        applied.advance("t-0", 9, 0);
        assertThat(reached).isNotDone();
        applied.advance("t-1", 6, 0);
        assertThat(reached).isNotDone();
        applied.advance("t-1", 7, 0);
        assertThat(reached).isCompleted();
        assertThat(applied.whenReached(Map.of("t-0", 9L))).isCompleted();
    }

    @Test
    void forgetTopic_itsPartitionsOnly() {
        applied.advance("t-0", 1, 0);
        applied.advance("u-0", 1, 0);
        applied.forgetTopic("t");
        assertThat(applied.current().keySet()).containsExactly("u-0");
    }
}
