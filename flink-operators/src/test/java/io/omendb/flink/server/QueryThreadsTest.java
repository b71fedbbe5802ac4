package io.omendb.flink.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.omendb.ErrorCode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What a query hears that cannot be taken: who calls tells "too many" from "going away" by it. */
class QueryThreadsTest {

    @Test
    void tooManyWait_isOverloaded_andAnsweredAgainAfterwards() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        try (QueryPool queries = QueryThreads.queries(0)) {
            int taken = queries.threads() + QueryThreads.QUEUE_MAX;
            CountDownLatch done = new CountDownLatch(taken);
            for (int i = 0; i < taken; i++) {
                queries.execute(
                        () -> {
                            awaitQuietly(go);
                            done.countDown();
                        },
                        refusal -> {
                            throw refusal;
                        });
            }

            assertThat(refusals(queries)).containsExactly(ErrorCode.OVERLOADED);

            go.countDown();
            assertThat(done.await(10, TimeUnit.SECONDS)).isTrue();
        } finally {
            go.countDown();
        }
    }

    @Test
    void stopping_isUnavailable() {
        QueryPool queries = QueryThreads.queries(0);
        QueryPool background = QueryThreads.background(0);
        queries.close();
        background.close();

        assertThat(refusals(queries)).containsExactly(ErrorCode.UNAVAILABLE);
        assertThat(refusals(background)).containsExactly(ErrorCode.UNAVAILABLE);
    }

    private static List<ErrorCode> refusals(QueryPool queries) {
        List<ErrorCode> refusals = Collections.synchronizedList(new ArrayList<>());
        queries.execute(() -> {}, refusal -> refusals.add(refusal.code()));
        return refusals;
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
