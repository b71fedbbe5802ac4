package io.omendb.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.ManagedChannel;
import io.grpc.stub.StreamObserver;
import io.omendb.flink.server.ShardServer;
import io.omendb.protocol.LocalShard;
import io.omendb.protocol.ShardAddress;
import io.omendb.protocol.v1.SearchRequest;
import io.omendb.protocol.v1.SearchResponse;
import io.omendb.protocol.v1.ShardServiceGrpc;
import io.omendb.state.OpenedState;
import io.omendb.state.VectorState;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On which thread a real shard of this process searches. */
class InlineShardTest {
    @TempDir Path directory;

    @Test
    void searches_onItsThreads_orInlineOnTheCallers() throws Exception {
        try (VectorState state = OpenedState.in(directory);
                ShardServer server = ShardServer.start("127.0.0.1", 0, "127.0.0.1", 0, state)) {
            ManagedChannel channel =
                    LocalShard.channel(
                            new ShardAddress(0, 1, 0, "127.0.0.1", server.port(), 0, 127));
            try {
                assertThat(search(channel, false).get(20, TimeUnit.SECONDS).getName())
                        .startsWith("omen-query-");
                assertThat(LocalShard.inline(0, 0, () -> search(channel, false)))
                        .isCompletedWithValue(Thread.currentThread());
                List<CompletableFuture<Thread>> both =
                        LocalShard.inline(
                                1,
                                TimeUnit.SECONDS.toNanos(20),
                                () -> {
                                    CompletableFuture<Thread> offered = search(channel, false);
                                    return List.of(offered, search(channel, false));
                                });
                assertThat(both.get(1)).isCompletedWithValue(Thread.currentThread());
                assertThat(both.get(0).get(20, TimeUnit.SECONDS))
                        .as("offered")
                        .satisfiesAnyOf(
                                thread -> assertThat(thread).isSameAs(Thread.currentThread()),
                                thread -> assertThat(thread.getName()).startsWith("omen-query-"));
                assertThat(
                                LocalShard.inline(0, 0, () -> search(channel, true))
                                        .get(20, TimeUnit.SECONDS)
                                        .getName())
                        .startsWith("omen-sampling-");
            } finally {
                channel.shutdownNow();
            }
        }
    }

    /** The thread that answers. */
    private static CompletableFuture<Thread> search(ManagedChannel channel, boolean background) {
        CompletableFuture<Thread> thread = new CompletableFuture<>();
        ShardServiceGrpc.newStub(channel)
                .search(
                        SearchRequest.newBuilder()
                                .setCollection("none")
                                .setBackground(background)
                                .build(),
                        new StreamObserver<>() {
                            @Override
                            public void onNext(SearchResponse answer) {
                                thread.complete(Thread.currentThread());
                            }

                            @Override
                            public void onError(Throwable failure) {
                                thread.completeExceptionally(failure);
                            }

                            @Override
                            public void onCompleted() {}
                        });
        return thread;
    }
}
