package io.omendb.index.background;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class PaceTest {
    @Test
    void step_whileThereAreSearches_rests() {
        Pace pace = new Pace();
        try (Pace.Scope scope = pace.enter()) {
            while (pace.rests() < 10) {
                pace.searching();
                Pace.step();
            }
        }
    }

    @Test
    void step_withoutSearchesOrOutsideOfAScope_doesNot() {
        Pace pace = new Pace();
        long start = System.nanoTime();
        try (Pace.Scope scope = pace.enter()) {
            while (System.nanoTime() - start < TimeUnit.MILLISECONDS.toNanos(20)) {
                Pace.step();
            }
        }
        while (System.nanoTime() - start < TimeUnit.MILLISECONDS.toNanos(40)) {
            pace.searching();
            Pace.step();
        }
        assertThat(pace.rests()).isZero();
    }

    /** Its owner closes: what it does would be for nobody. */
    @Test
    void step_onAnInterruptedThread_endsTheWork() {
        for (boolean hurries : new boolean[] {false, true}) {
            Thread.currentThread().interrupt();
            try (Pace.Scope scope = hurries ? Pace.hurry() : new Pace().enter()) {
                assertThatThrownBy(PaceTest::stepForEver).isInstanceOf(CancellationException.class);
            }
            assertThat(Thread.interrupted()).isTrue();
        }
    }

    private static void stepForEver() {
        while (true) {
            Pace.step();
        }
    }

    @Test
    void enter_twice_goesBackToTheOuterOne() {
        Pace outer = new Pace();
        Pace inner = new Pace();
        try (Pace.Scope scope = outer.enter()) {
            try (Pace.Scope innerScope = inner.enter()) {
                while (inner.rests() == 0) {
                    inner.searching();
                    Pace.step();
                }
            }
            while (outer.rests() == 0) {
                outer.searching();
                Pace.step();
            }
        }
        assertThat(inner.rests()).isEqualTo(1);
    }
}
