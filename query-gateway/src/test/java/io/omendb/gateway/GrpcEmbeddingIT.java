package io.omendb.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.embed.Embedders;
import io.omendb.gateway.http.Limits;
import io.omendb.v1.CollectionServiceGrpc;
import io.omendb.v1.CreateCollectionRequest;
import io.omendb.v1.HybridSearchRequest;
import io.omendb.v1.Point;
import io.omendb.v1.QueryServiceGrpc;
import io.omendb.v1.SearchBatchRequest;
import io.omendb.v1.SearchRequest;
import io.omendb.v1.SearchResponse;
import io.omendb.v1.UpsertRequest;
import io.omendb.v1.UpsertResponse;
import io.omendb.v1.WriteServiceGrpc;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/** Texts in, vectors out, over gRPC. */
@ExtendWith(SharedBroker.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class GrpcEmbeddingIT {
    private final LetterEmbedder letters = new LetterEmbedder();
    private RunningGateway running;
    private ManagedChannel channel;

    @BeforeAll
    void start(SharedBroker.Running broker) throws Exception {
        running =
                new RunningGateway(
                        broker, Limits.DEFAULT, Embedders.of(Map.of("letters", letters)));
        channel =
                NettyChannelBuilder.forAddress("127.0.0.1", running.gateway.grpcPort())
                        .usePlaintext()
                        .build();
    }

    @AfterAll
    void stop() throws Exception {
        channel.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
        running.close();
    }

    private void create(String name) {
        assertThat(
                        CollectionServiceGrpc.newBlockingStub(channel)
                                .createCollection(
                                        CreateCollectionRequest.newBuilder()
                                                .setCollection(name)
                                                .setDimension(3)
                                                .setMetric("l2")
                                                .setOptionsJson("{\"embedder\":\"letters\"}")
                                                .build())
                                .getCreated())
                .isTrue();
    }

    private static Point text(String id, String text) {
        return Point.newBuilder().setId(id).setText(text).build();
    }

    private static UpsertRequest message(String collection, Point... points) {
        return UpsertRequest.newBuilder()
                .setCollection(collection)
                .addAllPoints(List.of(points))
                .setWait(true)
                .build();
    }

    @Test
    void upsert_texts_areWrittenInTheOrderOfTheMessages() throws Exception {
        create("ge-order");
        CompletableFuture<List<float[]>> first = new CompletableFuture<>();
        letters.instead =
                texts ->
                        texts.contains("late")
                                ? first
                                : CompletableFuture.completedFuture(LetterEmbedder.count(texts));
        int before = letters.calls.size();
        Upserts upserts = new Upserts();
        upserts.out.onNext(message("ge-order", text("1", "late")));
        upserts.out.onNext(message("ge-order", text("1", "bb")));
        Await.until("both are embedded", () -> letters.calls.size() == before + 2);
        assertThat(upserts.answers).isEmpty();
        first.complete(List.of(new float[] {9, 9, 9}));
        upserts.out.onCompleted();

        assertThat(upserts.ended.get(30, TimeUnit.SECONDS)).isEqualTo(Status.Code.OK);
        assertThat(upserts.answers).hasSize(2);
        assertThat(
                        running.client
                                .get("/collections/ge-order/points/1")
                                .json()
                                .path("vector")
                                .toString())
                .isEqualTo("[0.0,2.0,0.0]");
    }

    @Test
    void upsert_aMessageThatCannotBeEmbedded_endsTheStream() throws Exception {
        create("ge-fails");
        CompletableFuture<List<float[]>> first = new CompletableFuture<>();
        letters.instead = texts -> first;
        Upserts upserts = new Upserts();
        upserts.out.onNext(message("ge-fails", text("1", "a")));
        upserts.out.onNext(
                message(
                        "ge-fails",
                        Point.newBuilder().setId("2").addAllVector(List.of(1f, 2f, 3f)).build()));
        first.completeExceptionally(new OmenException(ErrorCode.UNAVAILABLE, "it is off"));

        assertThat(upserts.ended.get(30, TimeUnit.SECONDS)).isEqualTo(Status.Code.UNAVAILABLE);
        assertThat(upserts.failure).hasMessageContaining("messages[0]: it is off");
        assertThat(
                        running.client
                                .post("/collections/ge-fails/count", "{'consistency':'strong'}")
                                .json()
                                .path("count")
                                .asInt(-1))
                .isZero();
    }

    @Test
    void search_byText() throws Exception {
        create("ge-search");
        letters.instead = null;
        Upserts upserts = new Upserts();
        upserts.out.onNext(message("ge-search", text("a", "aaa"), text("b", "bbb")));
        upserts.out.onCompleted();
        assertThat(upserts.ended.get(30, TimeUnit.SECONDS)).isEqualTo(Status.Code.OK);
        QueryServiceGrpc.QueryServiceBlockingStub queries =
                QueryServiceGrpc.newBlockingStub(channel);
        SearchRequest search =
                SearchRequest.newBuilder().setCollection("ge-search").setText("bb").setK(1).build();

        assertThat(queries.search(search).getHits(0).getPoint().getId()).isEqualTo("b");
        assertThat(
                        queries.searchBatch(
                                        SearchBatchRequest.newBuilder()
                                                .setCollection("ge-search")
                                                .addSearches(search)
                                                .addSearches(search.toBuilder().setText("a"))
                                                .build())
                                .getResultsList())
                .extracting(GrpcEmbeddingIT::firstId)
                .containsExactly("b", "a");
        assertThat(
                        queries.hybridSearch(
                                        HybridSearchRequest.newBuilder()
                                                .setSearch(search.toBuilder().clearText())
                                                .setText("aa")
                                                .build())
                                .getHits(0)
                                .getScoresMap())
                .containsOnlyKeys("dense", "text");
        assertThatThrownBy(() -> queries.search(search.toBuilder().addVector(1).build()))
                .hasMessageContaining("text: found one beside a vector");
        assertThatThrownBy(
                        () ->
                                queries.hybridSearch(
                                        HybridSearchRequest.newBuilder().setSearch(search).build()))
                .hasMessageContaining("search.text: found one");
    }

    private static String firstId(SearchResponse found) {
        return found.getHits(0).getPoint().getId();
    }

    /** A stream of upserts and what came back. */
    private final class Upserts implements StreamObserver<UpsertResponse> {
        final List<UpsertResponse> answers = Collections.synchronizedList(new ArrayList<>());
        final CompletableFuture<Status.Code> ended = new CompletableFuture<>();
        volatile Throwable failure;
        final StreamObserver<UpsertRequest> out = WriteServiceGrpc.newStub(channel).upsert(this);

        @Override
        public void onNext(UpsertResponse answer) {
            answers.add(answer);
        }

        @Override
        public void onError(Throwable error) {
            failure = error;
            ended.complete(Status.fromThrowable(error).getCode());
        }

        @Override
        public void onCompleted() {
            ended.complete(Status.Code.OK);
        }
    }
}
