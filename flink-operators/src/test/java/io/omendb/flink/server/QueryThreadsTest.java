package io.omendb.flink.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.omendb.ErrorCode;
import io.omendb.OmenException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What a query hears that cannot be taken: who calls tells "too many" from "going away" by it. */
class QueryThreadsTest {

    @Test
    void tooManyWait_isOverloaded_andAnsweredAgainAfterwards() throws Exception {
        ThreadPoolExecutor queries = QueryThreads.queries(0);
        int taken = queries.getMaximumPoolSize() + QueryThreads.QUEUE_MAX;
        CountDownLatch go = new CountDownLatch(1);
        CountDownLatch done = new CountDownLatch(taken);
        try {
            for (int i = 0; i < taken; i++) {
                queries.execute(
                        () -> {
                            awaitQuietly(go);
                            done.countDown();
                        });
            }

            assertThat(refusal(queries)).isEqualTo(ErrorCode.OVERLOADED);

            go.countDown();
            assertThat(done.await(10, TimeUnit.SECONDS)).isTrue();
        } finally {
            go.countDown();
            queries.shutdownNow();
        }
    }

    @Test
    void stopping_isUnavailable() {
        ThreadPoolExecutor queries = QueryThreads.queries(0);
        ThreadPoolExecutor background = QueryThreads.background(0);
        queries.shutdownNow();
        background.shutdownNow();

        assertThat(refusal(queries)).isEqualTo(ErrorCode.UNAVAILABLE);
        assertThat(refusal(background)).isEqualTo(ErrorCode.UNAVAILABLE);
    }

    private static ErrorCode refusal(ThreadPoolExecutor queries) {
        return catchThrowableOfType(OmenException.class, () -> queries.execute(() -> {})).code();
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
