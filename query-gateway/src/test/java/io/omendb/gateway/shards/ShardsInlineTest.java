package io.omendb.gateway.shards;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.util.concurrent.Futures;
import com.google.common.util.concurrent.ListenableFuture;
import io.grpc.stub.StreamObserver;
import io.omendb.protocol.LocalShard;
import io.omendb.protocol.LocalWork;
import io.omendb.protocol.Offered;
import io.omendb.protocol.ShardAddress;
import io.omendb.protocol.ShardDirectory;
import io.omendb.protocol.v1.SearchRequest;
import io.omendb.protocol.v1.SearchResponse;
import io.omendb.protocol.v1.ShardServiceGrpc.ShardServiceFutureStub;
import io.omendb.protocol.v1.ShardServiceGrpc.ShardServiceImplBase;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Two shards of this process that answer a search at once where it is inline, else when told. */
class ShardsInlineTest {
    private static final int TIMEOUT_MS = 60_000;
    private static final int PROCESSORS = Runtime.getRuntime().availableProcessors();

    private final SearchLimit limit =
            new SearchLimit(2 * PROCESSORS, 10 * PROCESSORS, System::nanoTime);
    private final List<ShardAddress> addresses =
            List.of(
                    new ShardAddress(0, 2, 0, "inline", 1, 0, 63),
                    new ShardAddress(1, 2, 0, "inline", 2, 64, 127));
    private final List<AutoCloseable> opened = new ArrayList<>();
    private final List<Runnable> waiting = new ArrayList<>();
    private final Shards shards = Shards.open(new Fixed(), limit, null);
    private int answeredHere;
    private int offered;
    private boolean othersBegin;
    private boolean othersStop;

    @BeforeEach
    void serve() throws Exception {
        for (ShardAddress address : addresses) {
            opened.add(LocalShard.serve(address.target(), new Service()));
        }
    }

    @AfterEach
    void close() throws Exception {
        shards.close();
        for (AutoCloseable shard : opened) {
            shard.close();
        }
    }

    @Test
    void whileProcessorsAreFree_theLoopMakesOneAndWhatNoThreadHasBegun() {
        AtomicReference<Runnable> end = new AtomicReference<>();
        limit.turns().refuses(end::set);
        answer(search("c"));

        assertThat(search("c")).isCompleted();
        assertThat(offered).isEqualTo(1);
        assertThat(answeredHere).isEqualTo(2);

        end.get().run();
        limit.turns().refuses(end::set);
        othersBegin = true;
        CompletableFuture<?> begun = search("c");
        assertThat(begun).as("another thread is at it").isNotDone();
        assertThat(offered).isEqualTo(2);
        assertThat(answeredHere).isEqualTo(3);
        answer(begun);
        assertThat(limit.turns().searchesMade()).isEqualTo(2);
        assertThat(limit.inFlight()).isZero();
        assertThat(LocalShard.inline()).isNull();
    }

    @Test
    void whatAThreadHasBegunAndDoesNotGetAheadWith_theLoopMakesAgain() {
        limit.turns().refuses(end -> {});
        answer(search("c"));
        othersBegin = true;
        othersStop = true;
        long before = LocalShard.repeated();

        assertThat(search("c")).isCompleted();
        assertThat(offered).isEqualTo(1);
        assertThat(answeredHere).isEqualTo(2);
        assertThat(LocalShard.repeated() - before).isEqualTo(1);
        assertThat(limit.places().counts()).isEqualTo(new SearchPlaces.Counts(1, 1));
    }

    @Test
    void withoutFreeProcessors_aQuickSearchIsMadeOnTheLoop() {
        limit.turns().refuses(end -> {});
        answer(search("c"));
        List<CompletableFuture<?>> elsewhere = new ArrayList<>();
        for (int i = 0; i < PROCESSORS; i++) {
            elsewhere.add(search(null));
        }
        assertThat(answeredHere).as("never on the loop").isZero();
        assertThat(limit.inFlight()).isEqualTo(PROCESSORS);

        assertThat(search("c")).isCompleted();
        assertThat(answeredHere).isEqualTo(2);
        assertThat(offered).isZero();
        assertThat(limit.turns().searchesMade()).isEqualTo(1);
        assertThat(limit.inFlight()).isEqualTo(PROCESSORS);

        waiting.forEach(Runnable::run);
        assertThat(elsewhere).allMatch(CompletableFuture::isDone);
        assertThat(limit.inFlight()).isZero();
    }

    @Test
    void onAnotherThread_itIsNot() {
        limit.turns().refuses(end -> {});
        answer(search("c"));
        for (int i = 0; i < PROCESSORS; i++) {
            CompletableFuture.runAsync(() -> search("c")).join();
        }
        assertThat(answeredHere).isZero();
        waiting.forEach(Runnable::run);
    }

    @Test
    void whoAsksForHours_isToldOfNothingThatWasAnswered() {
        Asked asked = Asked.at(System.nanoTime());
        for (int i = 0; i < 100; i++) {
            answer(ask(asked));
        }
        assertThat(asked.gone().watchers()).isZero();

        CompletableFuture<?> last = ask(asked);
        assertThat(asked.gone().watchers()).isEqualTo(1);
        asked.gone().happen();
        assertThat(last).isCompletedExceptionally();
        assertThat(asked.gone().watchers()).isZero();
        assertThat(ask(asked)).as("asked by one who has gone").isCompletedExceptionally();
    }

    @Test
    void askingSome_leavesTheOthersReachable() {
        List<ShardServiceFutureStub> stubs = new ArrayList<>();
        answer(
                shards.ask(
                        Audience.all(deadline()),
                        stub -> {
                            stubs.add(stub);
                            return stub.search(SearchRequest.getDefaultInstance());
                        }));
        Audience first = new Audience(deadline(), true, Set.of(addresses.get(0)));
        answer(shards.ask(first, stub -> stub.search(SearchRequest.getDefaultInstance())));
        answer(search(first, null));

        // As another thread would that has begun to ask all of them a moment before.
        ListenableFuture<SearchResponse> second =
                stubs.get(1).search(SearchRequest.getDefaultInstance());
        waiting.forEach(Runnable::run);
        assertThat(Futures.getUnchecked(second).getTookUs()).isEqualTo(100);
    }

    private static Deadline deadline() {
        return Deadline.of(System.nanoTime(), TIMEOUT_MS);
    }

    private CompletableFuture<?> ask(Asked asked) {
        return shards.ask(
                asked.now().deadline(TIMEOUT_MS),
                false,
                stub -> stub.search(SearchRequest.getDefaultInstance()));
    }

    private void answer(CompletableFuture<?> search) {
        waiting.forEach(Runnable::run);
        waiting.clear();
        assertThat(search).isCompleted();
    }

    private CompletableFuture<?> search(@Nullable String kind) {
        return search(Audience.all(deadline()), kind);
    }

    private CompletableFuture<?> search(Audience audience, @Nullable String kind) {
        return shards.search(
                audience,
                kind == null ? null : new Quick<>(kind, SearchResponse::getTookUs),
                stub -> stub.search(SearchRequest.getDefaultInstance()),
                SearchResponse::getTookUs);
    }

    private final class Service extends ShardServiceImplBase {
        @Override
        public void search(SearchRequest request, StreamObserver<SearchResponse> observer) {
            Runnable answer =
                    () -> {
                        observer.onNext(SearchResponse.newBuilder().setTookUs(100).build());
                        observer.onCompleted();
                    };
            LocalWork inline = LocalShard.inline();
            if (inline == null) {
                waiting.add(answer);
                return;
            }
            Runnable here =
                    () -> {
                        answeredHere++;
                        answer.run();
                    };
            inline.take(here, () -> offer(answer, here));
        }
    }

    private Offered offer(Runnable answer, Runnable here) {
        offered++;
        if (othersBegin && !othersStop) {
            waiting.add(answer);
        }
        return new Offered() {
            @Override
            public boolean isShared() {
                return false;
            }

            @Override
            public void join() {
                throw new UnsupportedOperationException();
            }

            @Override
            public boolean takeBack() {
                if (othersBegin) {
                    return false;
                }
                here.run();
                return true;
            }

            @Override
            public long begunNanos() {
                return System.nanoTime();
            }

            @Override
            public boolean isOver() {
                // Or on its way: nobody answers twice here.
                return !othersStop;
            }

            @Override
            public void doAgain() {
                here.run();
            }
        };
    }

    private final class Fixed implements ShardDirectory {
        @Override
        public List<ShardAddress> shards() {
            return addresses;
        }

        @Override
        public void reportUnreachable(ShardAddress shard) {
            throw new AssertionError("unreachable: " + shard);
        }

        @Override
        public void close() {}
    }
}
