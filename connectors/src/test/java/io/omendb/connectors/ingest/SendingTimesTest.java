package io.omendb.connectors.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SendingTimesTest {
    private static final long START = Long.MAX_VALUE - 100; // as nanoTime may be

    private final SendingTimes times = new SendingTimes(START);

    @Test
    void atAPause_firstIsAtOnce_nextWhenTheTimeHasPassed() {
        assertThat(times.leftNanos(START)).isZero();
        times.sent(START);
        assertThat(times.leftNanos(START + 1)).isEqualTo(SendingTimes.APART_NANOS - 1);
        assertThat(times.leftNanos(START + SendingTimes.APART_NANOS)).isZero();
    }

    @Test
    void withoutAPause_onceTheFirstHasWaited_howeverLongAgoTheLastSending() {
        long later = START + 10 * SendingTimes.APART_NANOS;
        assertThat(times.read(later)).isFalse();
        assertThat(times.read(later + SendingTimes.APART_NANOS - 1)).isFalse();
        assertThat(times.read(later + SendingTimes.APART_NANOS)).isTrue();

        times.sent(later + SendingTimes.APART_NANOS);
        assertThat(times.read(later + 3 * SendingTimes.APART_NANOS)).as("anew").isFalse();
    }

    @Test
    void oneTimerAtATime() {
        assertThat(times.plan()).isTrue();
        assertThat(times.plan()).isFalse();
        times.came();
        assertThat(times.plan()).isTrue();
    }
}
