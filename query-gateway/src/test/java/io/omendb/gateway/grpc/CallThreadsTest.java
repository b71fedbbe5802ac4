package io.omendb.gateway.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.ManagedChannel;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import io.omendb.gateway.access.KeyRing;
import io.omendb.gateway.http.Limits;
import io.omendb.v1.UpsertRequest;
import io.omendb.v1.UpsertResponse;
import io.omendb.v1.WriteServiceGrpc;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A server whose writes wait, as they do while Kafka takes nothing. */
class CallThreadsTest {
    private static final int STREAMS = 40;
    private static final int MESSAGES = 5;

    @Test
    void others_areServedWhileWritesWait_andStreamsKeepTheirOrder() throws Exception {
        StalledWrites writes = new StalledWrites();
        try (CallThreads threads = new CallThreads();
                GrpcServer server =
                        GrpcServer.start(
                                "127.0.0.1",
                                0,
                                List.of(writes),
                                Limits.DEFAULT,
                                threads,
                                KeyRing.none(),
                                null,
                                (method, status, nanos) -> {})) {
            ManagedChannel channel =
                    NettyChannelBuilder.forAddress("127.0.0.1", server.port())
                            .usePlaintext()
                            .build();
            try {
                List<Ended> streams = new ArrayList<>();
                for (int i = 0; i < STREAMS; i++) {
                    Ended ended = new Ended();
                    StreamObserver<UpsertRequest> out =
                            WriteServiceGrpc.newStub(channel).upsert(ended);
                    for (int message = 0; message < MESSAGES; message++) {
                        out.onNext(UpsertRequest.newBuilder().setTimeoutMs(message).build());
                    }
                    out.onCompleted();
                    streams.add(ended);
                }
                assertThat(writes.waiting.await(30, TimeUnit.SECONDS)).isTrue();

                assertThat(
                                HealthGrpc.newBlockingStub(channel)
                                        .withDeadlineAfter(10, TimeUnit.SECONDS)
                                        .check(HealthCheckRequest.getDefaultInstance())
                                        .getStatus())
                        .isEqualTo(ServingStatus.SERVING);

                writes.kafka.countDown();
                for (Ended stream : streams) {
                    assertThat(stream.taken.get(30, TimeUnit.SECONDS))
                            .containsExactly(0, 1, 2, 3, 4);
                }
            } finally {
                writes.kafka.countDown();
                channel.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
            }
        }
    }

    /** Takes a message once Kafka does, on the thread that it came on. */
    private static final class StalledWrites extends WriteServiceGrpc.WriteServiceImplBase {
        /** As many as there are threads for them. */
        final CountDownLatch waiting = new CountDownLatch(16);

        final CountDownLatch kafka = new CountDownLatch(1);

        @Override
        public StreamObserver<UpsertRequest> upsert(StreamObserver<UpsertResponse> out) {
            return new StreamObserver<>() {
                @Override
                public void onNext(UpsertRequest message) {
                    waiting.countDown();
                    try {
                        assertThat(kafka.await(60, TimeUnit.SECONDS)).isTrue();
                    } catch (InterruptedException e) {
                        throw new AssertionError(e);
                    }
                    out.onNext(
                            UpsertResponse.newBuilder()
                                    .setAccepted(message.getTimeoutMs())
                                    .build());
                }

                @Override
                public void onError(Throwable failure) {}

                @Override
                public void onCompleted() {
                    out.onCompleted();
                }
            };
        }
    }

    /** What a stream was answered, once it has ended. */
    private static final class Ended implements StreamObserver<UpsertResponse> {
        final CompletableFuture<List<Integer>> taken = new CompletableFuture<>();
        private final List<Integer> answers = new ArrayList<>();

        @Override
        public void onNext(UpsertResponse answer) {
            answers.add(answer.getAccepted());
        }

        @Override
        public void onError(Throwable failure) {
            taken.completeExceptionally(failure);
        }

        @Override
        public void onCompleted() {
            taken.complete(answers);
        }
    }
}
