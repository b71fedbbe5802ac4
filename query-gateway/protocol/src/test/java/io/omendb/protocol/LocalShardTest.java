package io.omendb.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.protocol.v1.SearchRequest;
import io.omendb.protocol.v1.SearchResponse;
import io.omendb.protocol.v1.ShardServiceGrpc;
import io.omendb.protocol.v1.ShardServiceGrpc.ShardServiceBlockingStub;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

class LocalShardTest {
    private static final ShardAddress ADDRESS = new ShardAddress(0, 1, 0, "here", 4711, 0, 127);

    @Test
    void handsRequestsOverAsTheyAreOnTheCallersThread() throws Exception {
        AtomicReference<SearchRequest> asked = new AtomicReference<>();
        AtomicReference<Thread> thread = new AtomicReference<>();
        SearchRequest request = SearchRequest.newBuilder().setCollection("c").setK(3).build();
        SearchResponse response = SearchResponse.newBuilder().setRowsScanned(7).build();
        try (LocalShard shard =
                LocalShard.serve(
                        ADDRESS.target(),
                        new Answering(
                                (search, observer) -> {
                                    asked.set(search);
                                    thread.set(Thread.currentThread());
                                    observer.onNext(response);
                                    observer.onCompleted();
                                }))) {
            assertThat(LocalShard.isServed(ADDRESS)).isTrue();
            ManagedChannel channel = LocalShard.channel(ADDRESS);
            SearchResponse answer = ShardServiceGrpc.newFutureStub(channel).search(request).get();

            assertThat(asked.get()).isSameAs(request);
            assertThat(answer).isSameAs(response);
            assertThat(thread.get()).isSameAs(Thread.currentThread());
            channel.shutdownNow();
        }
    }

    @Test
    void inlineIsWhatIsAskedFor_andOnThisThreadOnly() throws Exception {
        assertThat(LocalShard.inline()).isNull();
        LocalShard.inline(
                0,
                0,
                () -> {
                    LocalWork outer = LocalShard.inline();
                    assertThat(outer).isNotNull();
                    assertThat(CompletableFuture.supplyAsync(LocalShard::inline).join()).isNull();
                    assertThatThrownBy(
                                    () ->
                                            LocalShard.inline(
                                                    0,
                                                    0,
                                                    () -> {
                                                        throw new IllegalStateException("inside");
                                                    }))
                            .hasMessage("inside");
                    return assertThat(LocalShard.inline()).isSameAs(outer);
                });
        assertThat(LocalShard.inline()).isNull();
    }

    @Test
    void theFirstAreOffered_theLastIsMadeHere_thenWhatWasOffered() {
        List<String> made = new ArrayList<>();
        LocalShard.inline(
                2,
                0,
                () -> {
                    for (int i = 0; i < 4; i++) {
                        String call = "call " + i;
                        LocalShard.inline()
                                .take(
                                        () -> made.add(call + " here"),
                                        () -> {
                                            made.add(call + " offered");
                                            return offered(() -> made.add(call + " after all"));
                                        });
                    }
                    return made.add("asked");
                });

        assertThat(made)
                .containsExactly(
                        "call 0 offered",
                        "call 1 offered",
                        "call 2 here",
                        "call 3 here",
                        "asked",
                        "call 1 after all",
                        "call 0 after all");
    }

    @Test
    void whatAnotherHasBegun_isWaitedFor_andMadeAgainOnceItTakesTooLong() {
        List<String> made = new ArrayList<>();
        AtomicInteger looks = new AtomicInteger();
        long before = LocalShard.repeated();
        LocalShard.inline(
                2,
                TimeUnit.DAYS.toNanos(1),
                () -> {
                    LocalShard.inline()
                            .take(
                                    () -> made.add("here"),
                                    () ->
                                            begun(
                                                    System.nanoTime(),
                                                    () -> looks.incrementAndGet() == 3,
                                                    () -> made.add("in time, again")));
                    LocalShard.inline()
                            .take(
                                    () -> made.add("here"),
                                    () ->
                                            begun(
                                                    System.nanoTime() - TimeUnit.DAYS.toNanos(2),
                                                    () -> false,
                                                    () -> made.add("late, again")));
                    LocalShard.inline().take(() -> made.add("own"), () -> offered(() -> {}));
                    return made.add("asked");
                });

        assertThat(made).containsExactly("own", "asked", "late, again");
        assertThat(looks).hasValue(3);
        assertThat(LocalShard.repeated() - before).isEqualTo(1);
    }

    @Test
    void whatCanBeShared_isTakenPartIn_whoeverHasBegun() {
        List<String> made = new ArrayList<>();
        LocalShard.inline(
                1,
                TimeUnit.DAYS.toNanos(1),
                () -> {
                    LocalShard.inline()
                            .take(() -> made.add("here"), () -> new Shared(() -> made.add("join")));
                    LocalShard.inline().take(() -> made.add("own"), () -> offered(() -> {}));
                    return made.add("asked");
                });
        assertThat(made).containsExactly("own", "asked", "join");
    }

    /** Work that several threads may do together; nothing else is asked of it. */
    private record Shared(Runnable work) implements Offered {
        @Override
        public boolean isShared() {
            return true;
        }

        @Override
        public void join() {
            work.run();
        }

        @Override
        public boolean takeBack() {
            throw new UnsupportedOperationException();
        }

        @Override
        public long begunNanos() {
            throw new UnsupportedOperationException();
        }

        @Override
        public boolean isOver() {
            throw new UnsupportedOperationException();
        }

        @Override
        public void doAgain() {
            throw new UnsupportedOperationException();
        }
    }

    private static Offered offered(Runnable work) {
        return new Part(true, 0, () -> true, work);
    }

    private static Offered begun(long nanos, BooleanSupplier over, Runnable work) {
        return new Part(false, nanos, over, work);
    }

    /** Work that another thread has begun, or none. */
    private record Part(boolean free, long begunNanos, BooleanSupplier over, Runnable work)
            implements Offered {
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
            if (free) {
                work.run();
            }
            return free;
        }

        @Override
        public boolean isOver() {
            return over.getAsBoolean();
        }

        @Override
        public void doAgain() {
            work.run();
        }
    }

    @Test
    void errorsKeepTheirCode() throws Exception {
        try (LocalShard shard =
                LocalShard.serve(
                        ADDRESS.target(),
                        new Answering(
                                (search, observer) ->
                                        observer.onError(
                                                ErrorTrailers.toStatus(
                                                        OmenException.invalid("k: found 0")))))) {
            ManagedChannel channel = LocalShard.channel(ADDRESS);
            ShardServiceBlockingStub stub = ShardServiceGrpc.newBlockingStub(channel);

            assertThatThrownBy(() -> stub.search(SearchRequest.getDefaultInstance()))
                    .isInstanceOfSatisfying(
                            StatusRuntimeException.class,
                            status -> {
                                OmenException error = ErrorTrailers.fromStatus(status);
                                assertThat(error.code()).isEqualTo(ErrorCode.INVALID);
                                assertThat(error).hasMessage("k: found 0");
                            });
            channel.shutdownNow();
        }
    }

    @Test
    void isUnavailableOnceClosedAndMayBeServedAgain() throws Exception {
        Answering service =
                new Answering(
                        (search, observer) -> {
                            observer.onNext(SearchResponse.getDefaultInstance());
                            observer.onCompleted();
                        });
        LocalShard first = LocalShard.serve(ADDRESS.target(), service);
        assertThatThrownBy(() -> LocalShard.serve(ADDRESS.target(), service))
                .isInstanceOf(IOException.class);
        ManagedChannel channel = LocalShard.channel(ADDRESS);
        ShardServiceBlockingStub stub = ShardServiceGrpc.newBlockingStub(channel);
        stub.search(SearchRequest.getDefaultInstance());

        first.close();

        assertThat(LocalShard.isServed(ADDRESS)).isFalse();
        assertThatThrownBy(() -> stub.search(SearchRequest.getDefaultInstance()))
                .isInstanceOfSatisfying(
                        StatusRuntimeException.class,
                        status ->
                                assertThat(status.getStatus().getCode())
                                        .isEqualTo(Status.Code.UNAVAILABLE));
        LocalShard.serve(ADDRESS.target(), service).close();
        channel.shutdownNow();
    }

    /** Only searches. */
    private static final class Answering extends ShardServiceGrpc.ShardServiceImplBase {
        private final Search search;

        Answering(Search search) {
            this.search = search;
        }

        @Override
        public void search(SearchRequest request, StreamObserver<SearchResponse> observer) {
            search.answer(request, observer);
        }
    }

    private interface Search {
        void answer(SearchRequest request, StreamObserver<SearchResponse> observer);
    }
}
