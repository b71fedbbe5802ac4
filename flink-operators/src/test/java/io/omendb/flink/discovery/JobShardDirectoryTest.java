package io.omendb.flink.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import io.omendb.protocol.ShardAddress;
import java.net.ConnectException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
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

    /** Flink's REST endpoint may be away while all shards answer. */
    @Test
    void shards_whileFlinkDoesNotAnswer_areThoseItToldLast() throws Exception {
        ShardAddress shard = new ShardAddress(0, 2, 0, "127.0.0.1", 9, 0, 63);
        ShardAddress other = new ShardAddress(1, 2, 0, "127.0.0.1", 10, 64, 127);
        AtomicInteger asked = new AtomicInteger();
        AtomicReference<Exception> failure = new AtomicReference<>();
        try (JobShardDirectory directory =
                JobShardDirectory.open(
                        request -> {
                            asked.incrementAndGet();
                            Exception now = failure.get();
                            return now == null
                                    ? CompletableFuture.completedFuture(
                                            new ShardAddressesResponse(2, List.of(shard, other)))
                                    : CompletableFuture.failedFuture(now);
                        })) {
            await(() -> directory.shards().size() == 2);

            failure.set(new ConnectException("Connection refused"));
            await(() -> directory.problem() != null);
            assertThat(directory.shards()).containsExactly(shard, other);

            // Then nobody can say that it is back, or where.
            directory.reportUnreachable(other);
            assertThat(directory.shards()).containsExactly(shard);
            int before = asked.get();
            await(() -> asked.get() > before + 1);
            assertThat(directory.shards()).containsExactly(shard);

            failure.set(new IllegalStateException("no job runs"));
            await(() -> directory.shards().isEmpty());
            assertThat(directory.problem()).isNull();

            failure.set(null);
            await(() -> directory.shards().equals(List.of(shard, other)));
        }
    }

    /** What is thrown and not answered ends nothing either. */
    @Test
    void coordinatorThatThrows_isAskedAgain() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        try (JobShardDirectory directory =
                JobShardDirectory.open(
                        request -> {
                            asked.incrementAndGet();
                            throw new IllegalStateException("closed");
                        })) {
            await(() -> asked.get() > 2);
            assertThat(directory.shards()).isEmpty();
        }
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).isLessThan(end);
            TimeUnit.MILLISECONDS.sleep(5);
        }
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
