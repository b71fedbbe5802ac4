package io.omendb.flink.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.ConnectException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Test;

/** What is said of why no shards are found. */
class JobShardDirectoryTest {

    @Test
    void whatIsWrongWithTheWayToFlink_isSaid() throws Exception {
        assertThat(
                        problemAfter(
                                new CompletionException(
                                        new IllegalStateException(
                                                "retries exhausted",
                                                new SSLHandshakeException("not trusted")))))
                .isEqualTo(
                        "Flink cannot be asked where they are: TLS handshake failed: not trusted");
        assertThat(problemAfter(new ConnectException("Connection refused")))
                .isEqualTo("Flink cannot be asked where they are: Connection refused");
    }

    @Test
    void whatFlinkAnswers_isNoProblemOfTheWay() throws Exception {
        assertThat(problemAfter(new IllegalStateException("no job runs"))).isNull();
    }

    /** Once the failure was seen: when it asks for the second time. */
    private static String problemAfter(Exception failure) throws Exception {
        AtomicInteger asked = new AtomicInteger();
        CountDownLatch again = new CountDownLatch(1);
        CountDownLatch read = new CountDownLatch(1);
        try (JobShardDirectory directory =
                JobShardDirectory.open(
                        request -> {
                            if (asked.incrementAndGet() == 2) {
                                again.countDown();
                                awaitQuietly(read);
                            }
                            return CompletableFuture.failedFuture(failure);
                        })) {
            assertThat(again.await(20, TimeUnit.SECONDS)).isTrue();
            String problem = directory.problem();
            read.countDown();
            assertThat(directory.shards()).isEmpty();
            return problem;
        } finally {
            read.countDown();
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
