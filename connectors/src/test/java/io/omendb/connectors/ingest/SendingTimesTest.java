package io.omendb.connectors.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SendingTimesTest {
    private static final long START = Long.MAX_VALUE - 100; // as nanoTime may be

    private final SendingTimes times = new SendingTimes(START);

    @Test
    void firstIsAtOnce_nextWhenTheTimeHasPassed() {
        assertThat(times.isDue(START)).isTrue();
        times.sent(START);
        assertThat(times.isDue(START + 1)).isFalse();
        assertThat(times.leftNanos(START + 1)).isEqualTo(SendingTimes.APART_NANOS - 1);
        assertThat(times.isDue(START + SendingTimes.APART_NANOS)).isTrue();
    }

    @Test
    void clockIsLookedAt_onceInSoManyRecords() {
        for (int round = 0; round < 2; round++) {
            for (int i = 1; i < SendingTimes.RECORDS; i++) {
                assertThat(times.isLook()).isFalse();
            }
            assertThat(times.isLook()).isTrue();
        }
        assertThat(times.isLook()).isFalse();
        times.sent(START);
        for (int i = 1; i < SendingTimes.RECORDS; i++) {
            assertThat(times.isLook()).as("counts anew").isFalse();
        }
    }

    @Test
    void oneTimerAtATime() {
        assertThat(times.plan()).isTrue();
        assertThat(times.plan()).isFalse();
        times.came();
        assertThat(times.plan()).isTrue();
    }
}
