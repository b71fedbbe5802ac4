package io.omendb.gateway.shards;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** A loop whose turns take as long as its searches, by a clock that nothing else moves. */
class LoopTurnsTest {
    private static final int BUSY = 4;
    private static final long MS = TimeUnit.MILLISECONDS.toNanos(1);

    private final AtomicLong clock = new AtomicLong();
    private final LoopTurns turns = new LoopTurns(BUSY, clock::get);
    private final Queue<Runnable> atEnd = new ArrayDeque<>();

    @Test
    void aBurst_isTakenWhole() {
        assertThat(turn(200, MS)).isEqualTo(200);
        assertThat(turns.isOverloaded()).isFalse();
        clock.addAndGet(100 * MS);
        assertThat(turn(200, MS)).isEqualTo(200);
        assertThat(turns.isOverloaded()).isFalse();
    }

    @Test
    void nothingButLongTurns_isOverload_andAMomentOfEachIsSearchedIn() {
        overload();

        assertThat(turn(32, MS / 2)).isEqualTo(2);
        assertThat(turn(32, 10 * MS)).isEqualTo(1);
        assertThat(turns.refusals()).isEqualTo(30 + 31);
    }

    @Test
    void aSecondWithoutRefusals_endsIt() {
        overload();
        assertThat(turn(32, MS)).isEqualTo(1);

        clock.addAndGet(999 * MS);
        turn(1, 0);
        assertThat(turn(32, MS)).isEqualTo(1);
        clock.addAndGet(1001 * MS);
        assertThat(turn(32, MS)).isEqualTo(32);
    }

    @Test
    void aSecondOfTurnsWithFew_endsIt_thoughTheyAreRefused() {
        overload();
        for (int i = 0; i < 1000; i++) {
            turn(BUSY, 2 * MS);
        }
        assertThat(turns.isOverloaded()).isFalse();
        assertThat(turn(BUSY, 2 * MS)).isEqualTo(BUSY);
    }

    @Test
    void whatOtherThreadsMake_isNoOverload() {
        for (int i = 0; i < 100; i++) {
            for (int search = 0; search < 32; search++) {
                assertThat(turns.refuses(atEnd::add)).isFalse();
                clock.addAndGet(MS);
            }
            end();
        }
        assertThat(turns.isOverloaded()).isFalse();
    }

    @Test
    void shortTurns_fewSearches_orPauses_areNoOverload() {
        for (int i = 0; i < 100; i++) {
            assertThat(turn(32, MS / 8)).isEqualTo(32);
        }
        for (int i = 0; i < 100; i++) {
            assertThat(turn(BUSY, 50 * MS)).isEqualTo(BUSY);
        }
        for (int i = 0; i < 100; i++) {
            assertThat(turn(20, MS)).isEqualTo(20);
            clock.addAndGet(10 * MS);
        }
        assertThat(turns.refusals()).isZero();
    }

    @Test
    void aTurnIsOfTheCallingThread_overloadIsOfAll() throws InterruptedException {
        overload();
        turns.refuses(atEnd::add);
        clock.addAndGet(2 * MS);
        boolean[] there = new boolean[4];
        Thread other =
                new Thread(
                        () -> {
                            there[0] = turns.isTurn();
                            there[1] = turns.isOverloaded();
                            there[2] = turns.refuses(task -> {});
                            clock.addAndGet(2 * MS);
                            there[3] = turns.refuses(task -> {});
                        });
        other.start();
        other.join();

        assertThat(there).containsExactly(false, true, false, true);
        assertThat(turns.isTurn()).isTrue();
        atEnd.remove().run();
        assertThat(turns.isTurn()).isFalse();
    }

    private void overload() {
        for (int i = 0; i < 10 && !turns.isOverloaded(); i++) {
            assertThat(turn(32, MS)).isEqualTo(32);
        }
        assertThat(turns.isOverloaded()).isTrue();
    }

    /** A turn; how many of its searches were made. */
    private int turn(int searches, long nanosEach) {
        int made = 0;
        for (int i = 0; i < searches; i++) {
            if (!turns.refuses(atEnd::add)) {
                made++;
                turns.searches();
                clock.addAndGet(nanosEach);
            }
        }
        end();
        return made;
    }

    private void end() {
        atEnd.forEach(Runnable::run);
        atEnd.clear();
    }
}
