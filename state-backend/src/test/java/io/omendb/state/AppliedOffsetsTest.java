package io.omendb.state;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;
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
    void whenReached_nothingOfASourceThatHasNothing_isReached() {
        assertThat(applied.whenReached(Map.of("t-0", -1L))).isCompleted();
        assertThat(applied.whenReached(Map.of("t-0", 0L))).isNotDone();
    }

    /** Each waits for offsets of some sources; as they are applied, exactly those are told. */
    @Test
    void whenReached_manyWaiters_eachIsToldWhenItsLastOffsetIsThere() {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        long[] reached = {-1, -1, -1};
        Map<CompletableFuture<Void>, Map<String, Long>> waiters = new HashMap<>();
        for (int step = 0; step < 2_000; step++) {
            Map<String, Long> wanted = new HashMap<>();
            for (int source = 0; source < 3; source++) {
                if (random.nextBoolean()) {
                    wanted.put("t-" + source, reached[source] + random.nextInt(60) - 10);
                }
            }
            CompletableFuture<Void> waiter = applied.whenReached(wanted);
            if (random.nextInt(10) == 0) {
                waiter.cancel(false);
            } else {
                waiters.put(waiter, wanted);
            }
            int source = random.nextInt(3);
            reached[source] += 1 + random.nextInt(5);
            applied.advance("t-" + source, reached[source], 1);
            waiters.forEach(
                    (future, all) ->
                            assertThat(future.isDone())
                                    .as("seed %d", seed)
                                    .isEqualTo(
                                            all.entrySet().stream()
                                                    .allMatch(
                                                            one ->
                                                                    reached[
                                                                                    one.getKey()
                                                                                                    .charAt(
                                                                                                            2)
                                                                                            - '0']
                                                                            >= one.getValue())));
            waiters.keySet().removeIf(CompletableFuture::isDone);
        }
    }

    @Test
    void forgetTopic_itsPartitionsOnly() {
        applied.advance("t-0", 1, 0);
        applied.advance("u-0", 1, 0);
        applied.forgetTopic("t");
        assertThat(applied.current().keySet()).containsExactly("u-0");
    }
}
