package io.omendb.gpu.resident;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class RoomTest {
    private static final long NOW = TimeUnit.HOURS.toNanos(1);

    private record Held(String name, long bytes, long idleSeconds) {}

    private static List<String> make(long missing, Held... held) {
        return Room.make(
                        List.of(held),
                        Held::bytes,
                        each -> NOW - TimeUnit.SECONDS.toNanos(each.idleSeconds),
                        missing,
                        NOW)
                .stream()
                .map(Held::name)
                .toList();
    }

    @Test
    void make_longestUnusedGoesFirst_andNoMoreThanNeeded() {
        Held[] held = {new Held("a", 10, 30), new Held("b", 10, 300), new Held("c", 10, 60)};
        assertThat(make(5, held)).containsExactly("b");
        assertThat(make(11, held)).containsExactly("b", "c");
        assertThat(make(30, held)).containsExactly("b", "c", "a");
    }

    @Test
    void make_whatIsInUseStays_evenIfNothingFitsThen() {
        assertThat(make(15, new Held("hot", 100, 1), new Held("cold", 10, 100))).isEmpty();
        assertThat(make(10, new Held("hot", 100, 1), new Held("cold", 10, 100)))
                .containsExactly("cold");
    }
}
