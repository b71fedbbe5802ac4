package io.omendb.gateway.shards;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.util.concurrent.SettableFuture;
import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.protocol.ShardAddress;
import io.omendb.protocol.ShardDirectory;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What is answered when the time has passed, and that an answer in time is not touched by it. */
class DeadlinesTest {
    private static final List<ShardAddress> SHARDS =
            List.of(
                    new ShardAddress(0, 2, 0, "localhost", 1, 0, 63),
                    new ShardAddress(1, 2, 0, "localhost", 2, 64, 127));

    private final SettableFuture<String> first = SettableFuture.create();
    private final SettableFuture<String> second = SettableFuture.create();

    @Test
    void shardThatDoesNotAnswer_isUnavailable_andNamed() {
        try (Deadlines deadlines = new Deadlines()) {
            first.set("one");
            CompletableFuture<Gathered<String>> answer = gather(deadlines, false, 1);

            assertThatThrownBy(() -> answer.get(10, TimeUnit.SECONDS))
                    .isInstanceOf(ExecutionException.class)
                    .cause()
                    .isInstanceOfSatisfying(
                            OmenException.class,
                            failure -> assertThat(failure.code()).isEqualTo(ErrorCode.UNAVAILABLE))
                    .hasMessageContaining("Shard 1 at localhost:2");
        }
    }

    @Test
    void partialAnswer_isWhatArrivedInTime_andWhatComesLaterIsLeftAlone() throws Exception {
        try (Deadlines deadlines = new Deadlines()) {
            first.set("one");
            CompletableFuture<Gathered<String>> answer = gather(deadlines, true, 1);
            Gathered<String> gathered = answer.get(10, TimeUnit.SECONDS);
            second.set("two");

            assertThat(gathered.values()).containsExactly("one");
            assertThat(gathered.isComplete()).isFalse();
        }
    }

    @Test
    void answersInTime_areAllThere_andNothingWaitsAnyMore() throws Exception {
        try (Deadlines deadlines = new Deadlines()) {
            CompletableFuture<Gathered<String>> answer = gather(deadlines, false, 60_000);
            second.set("two");
            assertThat(answer).isNotDone();
            first.set("one");

            assertThat(answer.get(10, TimeUnit.SECONDS).values()).containsExactly("one", "two");
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
            while (deadlines.waiting() > 0 && System.nanoTime() < end) {
                TimeUnit.MILLISECONDS.sleep(1);
            }
            assertThat(deadlines.waiting()).isZero();
        }
    }

    /** The directory of {@link #SHARDS}. */
    private static final class Known implements ShardDirectory {
        @Override
        public List<ShardAddress> shards() {
            return SHARDS;
        }

        @Override
        public void reportUnreachable(ShardAddress address) {
            throw new AssertionError(address + " is not unreachable");
        }

        @Override
        public void close() {}
    }

    private CompletableFuture<Gathered<String>> gather(
            Deadlines deadlines, boolean allowPartial, int timeoutMs) {
        Gathering<String> gathering =
                new Gathering<>(
                        SHARDS, SHARDS.size(), allowPartial, new Known(), new Unreachable(false));
        gathering.expect(0, first);
        gathering.expect(1, second);
        deadlines.watch(gathering, Deadline.of(System.nanoTime(), timeoutMs));
        return gathering.result();
    }
}
