package io.omendb.cli.processors;

import static org.assertj.core.api.Assertions.assertThat;

import io.omendb.cli.processors.Separation.Observed;
import org.junit.jupiter.api.Test;

class SeparationTest {
    private static final double TICK = 0.25;

    private final Separation separation = new Separation();

    @Test
    void withSearchesAndIngestionThatKeepsUp_theyPart_afterAMoment() {
        assertThat(separation.decide(searches(500, 0))).isFalse();
        assertThat(secondsUntil(true, searches(500, 0)))
                .isLessThanOrEqualTo(Separation.CALM_SECONDS);
        assertThat(secondsUntil(false, searches(0, 0)))
                .as("pauses are none")
                .isGreaterThanOrEqualTo(Separation.SEARCHES_SECONDS);
        assertThat(secondsUntil(true, searches(1, 0))).isLessThanOrEqualTo(1);
    }

    @Test
    void withoutSearches_theyShare() {
        assertStays(false, searches(0, 0), 60);
    }

    @Test
    void withSearchesThatOneThreadMakesOrOthers_theyShare() {
        assertStays(false, searches(0, 500), 60);
        assertStays(false, searches(500, 200), 60);
        secondsUntil(true, searches(500, 2));
        assertStays(true, searches(500, 100), 60);
        assertThat(secondsUntil(false, searches(500, 200))).isLessThanOrEqualTo(TICK);
    }

    @Test
    void whereIngestionFallsBehind_theyShare_andThenLongerEachTime() {
        Observed behind = new Observed(TICK, 500, 0, TICK);
        assertStays(false, behind, 60);
        double before = 0;
        for (int i = 0; i < 10; i++) {
            double shared = secondsUntil(true, searches(500, 0));
            assertThat(shared).isGreaterThanOrEqualTo(before);
            before = shared;
            assertThat(secondsUntil(false, behind)).isLessThan(3);
        }
        assertThat(before)
                .isBetween(Separation.BACKOFF_SECONDS_MAX - 1, Separation.BACKOFF_SECONDS_MAX + 1);
        secondsUntil(true, searches(500, 0));
        assertStays(true, searches(500, 0), 60);
        secondsUntil(false, behind);
        assertThat(secondsUntil(true, searches(500, 0)))
                .as("after one that lasted")
                .isLessThan(before / 2);
    }

    @Test
    void aMomentOfWork_isNotBehind() {
        secondsUntil(true, searches(500, 0));
        assertThat(separation.decide(new Observed(TICK, 500, 0, TICK))).isTrue();
        assertStays(true, new Observed(TICK, 500, 0, TICK * (Separation.BUSY_MAX - 0.1)), 60);
    }

    private static Observed searches(long spread, long others) {
        return new Observed(TICK, spread, others, TICK * 0.2);
    }

    private void assertStays(boolean apart, Observed seen, double seconds) {
        for (double time = 0; time < seconds; time += TICK) {
            assertThat(separation.decide(seen)).as("after %s s", time).isEqualTo(apart);
        }
    }

    private double secondsUntil(boolean apart, Observed seen) {
        double time = TICK;
        while (separation.decide(seen) != apart) {
            time += TICK;
            assertThat(time).isLessThan(1000);
        }
        return time;
    }
}
