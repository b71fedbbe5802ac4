package io.omendb.flink.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.Deque;
import org.junit.jupiter.api.Test;

/** A server of one thread on a clock of its own, so that nothing here depends on the machine. */
class ControlledDelayTest {
    private static final long MS = 1_000_000;
    private static final int SHORT_LINE = 4;

    private final ControlledDelay delay = new ControlledDelay(SHORT_LINE);
    private long now;
    private long freeAt;
    private long longestWait;

    /**
     * Offers queries of a length every so often; the longest wait is that of the later half.
     *
     * @return how many were refused
     */
    private int offer(int queries, long everyNanos, long lengthNanos) {
        longestWait = 0;
        int refused = 0;
        int sent = 0;
        int taken = 0;
        Deque<Long> line = new ArrayDeque<>();
        long first = now;
        while (sent < queries || !line.isEmpty()) {
            if (line.isEmpty()) {
                line.add(first + sent++ * everyNanos);
            }
            long start = Math.max(line.element(), freeAt);
            while (sent < queries && first + sent * everyNanos <= start) {
                line.add(first + sent++ * everyNanos);
            }
            long waited = start - line.remove();
            taken++;
            if (delay.refuses(waited, line.size(), start)) {
                refused++;
                continue;
            }
            if (taken > queries / 2) {
                longestWait = Math.max(longestWait, waited);
            }
            freeAt = start + lengthNanos;
        }
        now = Math.max(freeAt, first + queries * everyNanos);
        return refused;
    }

    @Test
    void belowCapacity_nothingIsRefused() {
        assertThat(offer(10_000, MS, MS * 9 / 10)).isZero();
    }

    @Test
    void aBurst_isWaitedFor() {
        offer(1_000, MS, MS / 2);
        assertThat(offer(64, 0, MS)).isZero();
        assertThat(longestWait).isGreaterThan(50 * MS);
        assertThat(offer(1_000, MS * 2, MS)).isZero();
    }

    @Test
    void twiceTheCapacity_halfIsRefused_andTheRestIsSoon() {
        offer(1_000, MS / 2, MS);
        int refused = offer(10_000, MS / 2, MS);

        assertThat(refused).isBetween(4_500, 5_500);
        assertThat(longestWait).isLessThanOrEqualTo(15 * MS);
    }

    @Test
    void afterwards_nothingIsRefused() {
        offer(10_000, MS / 2, MS);
        assertThat(offer(1_000, 2 * MS, MS)).isZero();
    }

    @Test
    void fewLongQueries_waitAsLongAsItTakes() {
        for (int i = 0; i < 100; i++) {
            assertThat(offer(1 + SHORT_LINE, 0, 100 * MS)).isZero();
        }
        assertThat(longestWait).isEqualTo(SHORT_LINE * 100 * MS);
    }
}
