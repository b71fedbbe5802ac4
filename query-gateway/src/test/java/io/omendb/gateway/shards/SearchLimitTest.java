package io.omendb.gateway.shards;

import static io.omendb.gateway.shards.Overload.BUSY;
import static io.omendb.gateway.shards.Overload.FLOOR;
import static io.omendb.gateway.shards.Overload.MOST;
import static io.omendb.gateway.shards.Overload.MS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.omendb.ErrorCode;
import io.omendb.OmenException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class SearchLimitTest {
    private final Overload load = new Overload();
    private final SearchLimit limit = load.limit();

    @Test
    void burst_howeverLarge_isAdmitted() {
        load.enter(2 * MOST);
        for (int i = 0; i < 2 * MOST; i++) {
            limit.answered(50 * MS);
        }
        load.enter(1);
        load.pass();
        assertThat(limit.refusals()).isZero();
        assertThat(limit.limit()).isEqualTo(MOST);
    }

    @Test
    void fewSearches_howeverLongTheyWait_areAdmitted() {
        load.enter(BUSY);
        for (int i = 0; i < 100; i++) {
            load.interval(20, 50 * MS);
        }
        assertThat(limit.refusals()).isZero();
    }

    @Test
    void manySearches_thatNeedNotWait_areAdmitted() {
        load.enter(64);
        for (int i = 0; i < 100; i++) {
            load.interval(100, 4 * MS);
        }
        assertThat(limit.refusals()).isZero();
    }

    @Test
    void distantShards_areNoOverload() {
        load.enter(64);
        for (int i = 0; i < 300; i++) {
            for (int j = 0; j < 64; j++) {
                limit.answered(40 * MS);
                limit.enter();
            }
            load.pass();
        }
        assertThat(limit.refusals()).isZero();
    }

    @Test
    void line_thatStands_halvesTheLimitDownToTheFloor() {
        load.enter(64);
        List<Integer> limits = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            load.interval(200, 20 * MS);
            limits.add(limit.limit());
        }
        // In the first interval they came, so that the line has not stood for all of it.
        assertThat(limits).containsExactly(MOST, 32, 16, 8, FLOOR, FLOOR);
    }

    @Test
    void limit_reached_refusesAndCounts() {
        SearchLimit reached = Overload.reached().limit();
        long before = reached.refusals();
        assertThat(reached.inFlight()).isEqualTo(FLOOR);
        assertThatThrownBy(reached::enter)
                .isInstanceOfSatisfying(
                        OmenException.class,
                        e -> {
                            assertThat(e.code()).isEqualTo(ErrorCode.OVERLOADED);
                            assertThat(e.getStackTrace()).isEmpty();
                        });
        assertThat(reached.refuses()).isTrue();
        assertThat(reached.refusals()).isEqualTo(before + 2);
        assertThat(reached.inFlight()).isEqualTo(FLOOR);
    }

    @Test
    void limit_whileNothingWaits_growsByOneAnInterval() {
        Overload overload = Overload.reached();
        List<Integer> limits = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            while (!overload.limit().refuses()) {
                overload.enter(1);
            }
            overload.interval(50, MS);
            limits.add(overload.limit().limit());
        }
        assertThat(limits).containsExactly(FLOOR + 1, FLOOR + 2, FLOOR + 3, FLOOR + 4);
    }

    @Test
    void limit_aSecondAfterTheLastRefusal_isGone() {
        Overload overload = Overload.reached();
        overload.end();
        overload.enter(1);
        for (int i = 0; i < 11; i++) {
            overload.pass();
        }
        assertThat(overload.limit().limit()).isEqualTo(MOST);
        overload.enter(2 * MOST);
    }

    @Test
    void search_thatFailed_leavesItsPlace() {
        Overload overload = Overload.reached();
        overload.limit().left();
        overload.enter(1);
        assertThat(overload.limit().refuses()).isTrue();
    }

    @Test
    void threads_manyAtOnce_neverPassTheLimit() throws Exception {
        Overload overload = Overload.reached();
        overload.end();
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            List<Future<?>> running = new ArrayList<>();
            for (int t = 0; t < 8; t++) {
                running.add(threads.submit(() -> comeAndGo(overload.limit(), inside, most)));
            }
            for (Future<?> one : running) {
                one.get();
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(most.get()).isBetween(1, FLOOR);
        assertThat(overload.limit().inFlight()).isZero();
    }

    private static void comeAndGo(SearchLimit limit, AtomicInteger inside, AtomicInteger most) {
        for (int i = 0; i < 20_000; i++) {
            try {
                limit.enter();
            } catch (OmenException e) {
                continue;
            }
            most.accumulateAndGet(inside.incrementAndGet(), Math::max);
            inside.decrementAndGet();
            limit.answered(0);
        }
    }
}
