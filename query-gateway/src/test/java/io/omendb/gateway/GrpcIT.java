package io.omendb.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.reflection.v1.ServiceResponse;
import io.grpc.stub.StreamObserver;
import io.omendb.ErrorCode;
import io.omendb.gateway.grpc.Statuses;
import io.omendb.gateway.http.Limits;
import io.omendb.protocol.ErrorTrailers;
import io.omendb.v1.Collection;
import io.omendb.v1.CollectionServiceGrpc;
import io.omendb.v1.Consistency;
import io.omendb.v1.CountRequest;
import io.omendb.v1.CreateCollectionRequest;
import io.omendb.v1.CreateCollectionResponse;
import io.omendb.v1.DeleteRequest;
import io.omendb.v1.DropCollectionRequest;
import io.omendb.v1.GetCollectionRequest;
import io.omendb.v1.GetRequest;
import io.omendb.v1.Hit;
import io.omendb.v1.HybridHit;
import io.omendb.v1.HybridSearchRequest;
import io.omendb.v1.Ids;
import io.omendb.v1.Include;
import io.omendb.v1.ListCollectionsRequest;
import io.omendb.v1.Point;
import io.omendb.v1.QueryServiceGrpc;
import io.omendb.v1.ScrollRequest;
import io.omendb.v1.ScrollResponse;
import io.omendb.v1.SearchBatchRequest;
import io.omendb.v1.SearchRequest;
import io.omendb.v1.SearchResponse;
import io.omendb.v1.Tokens;
import io.omendb.v1.UpsertRequest;
import io.omendb.v1.UpsertResponse;
import io.omendb.v1.WriteServiceGrpc;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/** The gRPC interface, as a client of it sees it. */
@ExtendWith(SharedBroker.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class GrpcIT {
    private RunningGateway running;
    private ManagedChannel channel;
    private CollectionServiceGrpc.CollectionServiceBlockingStub collections;
    private QueryServiceGrpc.QueryServiceBlockingStub queries;
    private WriteServiceGrpc.WriteServiceBlockingStub writes;

    @BeforeAll
    void start(SharedBroker.Running broker) throws Exception {
        running = new RunningGateway(broker, Limits.DEFAULT.withInFlight(12));
        channel =
                NettyChannelBuilder.forAddress("127.0.0.1", running.gateway.grpcPort())
                        .usePlaintext()
                        .build();
        collections = CollectionServiceGrpc.newBlockingStub(channel);
        queries = QueryServiceGrpc.newBlockingStub(channel);
        writes = WriteServiceGrpc.newBlockingStub(channel);
    }

    @AfterAll
    void stop() throws Exception {
        channel.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
        running.close();
    }

    @Test
    void collections_areTheSameAsOverHttp() throws Exception {
        CreateCollectionRequest request =
                CreateCollectionRequest.newBuilder()
                        .setCollection("g-made")
                        .setDimension(3)
                        .setMetric("cosine")
                        .putFields("year", "long")
                        .setPartitions(1)
                        .setOptionsJson("{\"index\":{\"kind\":\"flat\"}}")
                        .build();
        CreateCollectionResponse created = collections.createCollection(request);
        assertThat(created.getCreated()).isTrue();
        assertThat(collections.createCollection(request).getCreated()).isFalse();
        JsonNode http = running.client.get("/collections/g-made").expect(200).json();
        assertThat(http.at("/fields/year").asText()).isEqualTo("long");
        assertThat(http.at("/index/kind").asText()).isEqualTo("flat");
        assertThat(http.path("partitions").asInt()).isEqualTo(1);

        Collection one =
                collections.getCollection(
                        GetCollectionRequest.newBuilder().setCollection("g-made").build());
        assertThat(one.getName()).isEqualTo("g-made");
        assertThat(one.getMetric()).isEqualTo("cosine");
        assertThat(one.hasVectors()).isTrue();
        assertThat(new ObjectMapper().readTree(one.getDetailsJson()).path("shards")).hasSize(2);
        assertThat(
                        collections
                                .listCollections(ListCollectionsRequest.getDefaultInstance())
                                .getCollectionsList())
                .extracting(Collection::getName)
                .contains("g-made");
        refused(
                () -> collections.createCollection(request.toBuilder().setDimension(4).build()),
                Status.Code.ALREADY_EXISTS,
                ErrorCode.CONFLICT,
                "g-made");
        refused(
                () ->
                        collections.createCollection(
                                request.toBuilder().setOptionsJson("{\"x\":1}").build()),
                Status.Code.INVALID_ARGUMENT,
                ErrorCode.MALFORMED,
                "x: found an unknown field");

        collections.dropCollection(
                DropCollectionRequest.newBuilder().setCollection("g-made").build());
        refused(
                () ->
                        collections.getCollection(
                                GetCollectionRequest.newBuilder().setCollection("g-made").build()),
                Status.Code.NOT_FOUND,
                ErrorCode.NOT_FOUND,
                "g-made does not exist");
    }

    @Test
    void upsert_tenThousandPointsInAStream_areAllFound() throws Exception {
        running.collection("g-stream");
        Upserts upserts = new Upserts();
        for (int message = 0; message < 100; message++) {
            UpsertRequest.Builder request = UpsertRequest.newBuilder();
            if (message == 0) {
                request.setCollection("g-stream");
            }
            for (int i = 0; i < 100; i++) {
                request.addPoints(point("p" + (message * 100 + i), 0, message, i));
            }
            upserts.out.onNext(request.build());
        }
        upserts.out.onCompleted();

        assertThat(upserts.ended.get(60, TimeUnit.SECONDS)).isEqualTo(Status.Code.OK);
        assertThat(upserts.answers).hasSize(100);
        assertThat(upserts.answers).allMatch(answer -> answer.getAccepted() == 100);
        List<String> tokens = upserts.answers.get(99).getTokensList();
        assertThat(tokens).isNotEmpty();
        Consistency.Builder after = Consistency.newBuilder().setStrong(true);
        assertThat(
                        queries.count(
                                        CountRequest.newBuilder()
                                                .setCollection("g-stream")
                                                .setConsistency(after)
                                                .build())
                                .getCount())
                .isEqualTo(10_000);
        SearchResponse found =
                queries.search(
                        SearchRequest.newBuilder()
                                .setCollection("g-stream")
                                .addAllVector(List.of(0f, 42f, 17f))
                                .setK(1)
                                .setConsistency(
                                        Consistency.newBuilder()
                                                .setAfter(Tokens.newBuilder().addAllTokens(tokens)))
                                .build());
        assertThat(found.getHits(0).getPoint().getId()).isEqualTo("p4217");
    }

    @Test
    void upsert_badPointInTheMiddle_endsTheStreamAndSaysWhatWasAccepted() throws Exception {
        running.collection("g-bad");
        Upserts upserts = new Upserts();
        for (int message = 0; message < 10; message++) {
            UpsertRequest.Builder request = UpsertRequest.newBuilder().setCollection("g-bad");
            for (int i = 0; i < 10; i++) {
                boolean bad = message == 6 && (i == 3 || i == 8);
                request.addPoints(point("p" + message + i, 1, bad ? Float.NaN : 1, i));
            }
            upserts.out.onNext(request.build());
        }

        assertThat(upserts.ended.get(60, TimeUnit.SECONDS)).isEqualTo(Status.Code.INVALID_ARGUMENT);
        assertThat(upserts.answers).hasSize(6);
        StatusRuntimeException failure = upserts.failure;
        assertThat(failure.getStatus().getDescription())
                .startsWith("messages[6]: Nothing was written: points[3]: vector[1]: found NaN")
                .endsWith("(accepted before: 6 messages with 60 points)");
        assertThat(ErrorTrailers.fromStatus(failure).code()).isEqualTo(ErrorCode.INVALID);
        assertThat(trailer(failure, "omen-accepted-points")).isEqualTo("60");
        assertThat(trailer(failure, "omen-accepted-messages")).isEqualTo("6");
        JsonNode problem = problem(failure);
        assertThat(problem.path("errors"))
                .extracting(error -> error.path("index").asInt())
                .containsExactly(3, 8);
        assertThat(
                        queries.count(
                                        CountRequest.newBuilder()
                                                .setCollection("g-bad")
                                                .setConsistency(
                                                        Consistency.newBuilder().setStrong(true))
                                                .build())
                                .getCount())
                .isEqualTo(60);
    }

    @Test
    void upsert_withoutCollection_isRefused() throws Exception {
        Upserts upserts = new Upserts();
        upserts.out.onNext(UpsertRequest.newBuilder().addPoints(point("a", 1, 2, 3)).build());
        assertThat(upserts.ended.get(30, TimeUnit.SECONDS)).isEqualTo(Status.Code.INVALID_ARGUMENT);
        assertThat(upserts.failure.getStatus().getDescription())
                .contains("collection: found nothing in the first message");
    }

    @Test
    void queries_everyKind_answers() throws Exception {
        String name = "g-queries";
        running.collection(name);
        upsertAndWait(
                name,
                point("a", 0, 0, 0).toBuilder().setMetadataJson("{\"c\":\"x\"}").build(),
                point("b", 0, 0, 3).toBuilder()
                        .setMetadataJson("{\"c\":\"y\"}")
                        .setText("red hat")
                        .build(),
                point("c", 0, 4, 0));
        SearchRequest search =
                SearchRequest.newBuilder()
                        .setCollection(name)
                        .addAllVector(List.of(0f, 0f, 0f))
                        .build();

        SearchResponse found = queries.search(search);
        assertThat(found.getHitsList())
                .extracting(hit -> hit.getPoint().getId())
                .containsExactly("a", "b", "c");
        assertThat(found.getHits(1).getDistance()).isEqualTo(3);
        assertThat(found.getHits(1).getPoint().getMetadataJson()).isEqualTo("{\"c\":\"y\"}");
        assertThat(found.getHits(1).getPoint().getText()).isEqualTo("red hat");
        assertThat(found.getHits(1).getPoint().getVectorCount()).isZero();
        assertThat(found.getCircumstances().getShardsAnswered()).isEqualTo(2);
        assertThat(found.getCircumstances().getFreshness().getLagRecords()).isZero();

        assertThat(
                        queries.searchBatch(
                                        SearchBatchRequest.newBuilder()
                                                .setCollection(name)
                                                .addSearches(search.toBuilder().setK(1))
                                                .addSearches(
                                                        search.toBuilder()
                                                                .setFilterJson("{\"c\":\"y\"}"))
                                                .build())
                                .getResultsList())
                .extracting(
                        result ->
                                result.getHitsList().stream()
                                        .map(Hit::getPoint)
                                        .map(Point::getId)
                                        .toList())
                .containsExactly(List.of("a"), List.of("b"));

        HybridHit hybrid =
                queries.hybridSearch(
                                HybridSearchRequest.newBuilder()
                                        .setSearch(search.toBuilder().setK(1))
                                        .setText("red")
                                        .setAlpha(0.1)
                                        .build())
                        .getHits(0);
        assertThat(hybrid.getPoint().getId()).isEqualTo("b");
        assertThat(hybrid.getScoresMap()).containsOnlyKeys("dense", "text");

        assertThat(
                        queries.get(
                                        GetRequest.newBuilder()
                                                .setCollection(name)
                                                .addAllIds(List.of("c", "nobody", "a"))
                                                .setInclude(Include.newBuilder().setVector(true))
                                                .build())
                                .getPointsList())
                .containsExactly(point("c", 0, 4, 0), point("a", 0, 0, 0));

        List<Integer> pages = new ArrayList<>();
        Iterator<ScrollResponse> scroll =
                queries.scroll(ScrollRequest.newBuilder().setCollection(name).setLimit(2).build());
        scroll.forEachRemaining(page -> pages.add(page.getPointsCount()));
        assertThat(pages).containsExactly(2, 1);

        assertThat(
                        writes.delete(
                                        DeleteRequest.newBuilder()
                                                .setCollection(name)
                                                .setIds(Ids.newBuilder().addIds("a"))
                                                .setWait(true)
                                                .build())
                                .getAccepted())
                .isEqualTo(1);
        assertThat(
                        writes.delete(
                                        DeleteRequest.newBuilder()
                                                .setCollection(name)
                                                .setFilterJson("{\"c\":\"y\"}")
                                                .setWait(true)
                                                .build())
                                .getAccepted())
                .isEqualTo(1);
        assertThat(queries.count(CountRequest.newBuilder().setCollection(name).build()).getCount())
                .isEqualTo(1);
    }

    @Test
    void queries_wrong_haveTheSameErrorsAsHttp() throws Exception {
        running.collection("g-wrong");
        SearchRequest search =
                SearchRequest.newBuilder()
                        .setCollection("g-wrong")
                        .addAllVector(List.of(1f, 2f, 3f))
                        .build();
        invalid(search.toBuilder().setK(0), "k: found 0, expected 1 to 10000");
        invalid(search.toBuilder().setK(10_001), "k: found 10001");
        invalid(search.toBuilder().addVector(4), "vector: found 4 components");
        invalid(search.toBuilder().setVector(0, Float.NaN), "vector[0]: found NaN");
        invalid(search.toBuilder().setTimeoutMs(60_001), "timeout_ms: found 60001");
        invalid(search.toBuilder().setRecallTarget(2), "recall_target: found 2");
        invalid(
                search.toBuilder().setConsistency(Consistency.newBuilder().setBoundedMs(-1)),
                "consistency.bounded_ms: found -1");
        refused(
                () -> queries.search(search.toBuilder().setFilterJson("{\"a\"").build()),
                Status.Code.INVALID_ARGUMENT,
                ErrorCode.MALFORMED,
                "found broken JSON");
        refused(
                () -> queries.search(search.toBuilder().setCollection("nowhere").build()),
                Status.Code.NOT_FOUND,
                ErrorCode.NOT_FOUND,
                "nowhere does not exist");
        refused(
                () ->
                        writes.delete(
                                DeleteRequest.newBuilder()
                                        .setCollection("g-wrong")
                                        .setFilterJson("{}")
                                        .build()),
                Status.Code.INVALID_ARGUMENT,
                ErrorCode.INVALID,
                "filters: found an empty object");
        refused(
                () ->
                        queries.scroll(
                                        ScrollRequest.newBuilder()
                                                .setCollection("g-wrong")
                                                .setCursor("?")
                                                .build())
                                .next(),
                Status.Code.INVALID_ARGUMENT,
                ErrorCode.INVALID,
                "cursor: found");
    }

    @Test
    void filters_withANameTwice_areRefused() throws Exception {
        String name = "g-twice";
        running.collection(name);
        upsertAndWait(name, point("a", 1, 2, 3).toBuilder().setMetadataJson("{\"c\":2}").build());
        String filter = "{\"c\":1,\"c\":2}";
        DeleteRequest delete =
                DeleteRequest.newBuilder().setCollection(name).setFilterJson(filter).build();
        SearchRequest search =
                SearchRequest.newBuilder()
                        .setCollection(name)
                        .addAllVector(List.of(1f, 2f, 3f))
                        .setFilterJson(filter)
                        .build();
        CountRequest count =
                CountRequest.newBuilder().setCollection(name).setFilterJson(filter).build();
        ScrollRequest scroll =
                ScrollRequest.newBuilder().setCollection(name).setFilterJson(filter).build();
        for (org.assertj.core.api.ThrowableAssert.ThrowingCallable call :
                List.<org.assertj.core.api.ThrowableAssert.ThrowingCallable>of(
                        () -> writes.delete(delete),
                        () -> queries.search(search),
                        () -> queries.count(count),
                        () -> queries.scroll(scroll).next())) {
            refused(
                    call,
                    Status.Code.INVALID_ARGUMENT,
                    ErrorCode.MALFORMED,
                    "filter_json: found a name twice in one object");
        }
        assertThat(queries.count(count.toBuilder().setFilterJson("").build()).getCount())
                .isEqualTo(1);
    }

    @Test
    void scroll_laterPages_seeWhatTheFirstHasWaitedFor() throws Exception {
        String name = "g-scroll";
        running.collection(name);
        upsertAndWait(name, point("a", 0, 0, 0), point("b", 0, 0, 3), point("c", 0, 4, 0));
        ScrollRequest request =
                ScrollRequest.newBuilder()
                        .setCollection(name)
                        .setLimit(1)
                        .setTimeoutMs(2_000)
                        .setConsistency(Consistency.newBuilder().setStrong(true))
                        .build();
        List<Integer> pages = new ArrayList<>();
        queries.scroll(request).forEachRemaining(page -> pages.add(page.getPointsCount()));
        assertThat(pages).containsExactly(1, 1, 1, 0);

        // As where a job that has failed answers from an earlier checkpoint, after the first page.
        CountDownLatch behind = running.job.behindOnceScrolled(0);
        try {
            Iterator<ScrollResponse> scroll = queries.scroll(request);
            assertThat(scroll.next().getPoints(0).getId()).isEqualTo("a");
            refused(
                    scroll::next,
                    Status.Code.DEADLINE_EXCEEDED,
                    ErrorCode.TIMEOUT,
                    "Not applied within 2000 ms");
        } finally {
            behind.countDown();
        }
    }

    @Test
    void calls_moreThanTheLimit_areRefused_andThoseOfWhoGaveUpAreCancelled() throws Exception {
        running.collection("g-busy");
        SearchRequest search =
                SearchRequest.newBuilder()
                        .setCollection("g-busy")
                        .addAllVector(List.of(1f, 2f, 3f))
                        .build();
        int cancelled = running.job.cancelled(0);
        CountDownLatch gate = running.job.hold(0);
        try {
            var under = new ArrayList<com.google.common.util.concurrent.ListenableFuture<?>>();
            for (int i = 0; i < 12; i++) {
                under.add(QueryServiceGrpc.newFutureStub(channel).search(search));
            }
            Await.until(
                    "all are under way",
                    () -> running.client.get("/metrics").text().contains("in_flight 12.0"));
            refused(
                    () -> queries.search(search),
                    Status.Code.RESOURCE_EXHAUSTED,
                    ErrorCode.OVERLOADED,
                    "as many requests as it takes");
            under.forEach(call -> call.cancel(true));
            Await.until("the shard hears", () -> running.job.cancelled(0) - cancelled >= 12);
            Await.until(
                    "there is room again",
                    () -> running.client.get("/metrics").text().contains("in_flight 0.0"));
        } finally {
            gate.countDown();
        }
        assertThat(queries.search(search).getHitsCount()).isZero();
    }

    @Test
    void health_serves_andReflectionListsTheServices() throws Exception {
        List<String> names =
                List.of(
                        "omendb.v1.CollectionService",
                        "omendb.v1.QueryService",
                        "omendb.v1.WriteService");
        for (String name : List.of("", names.get(0), names.get(1), names.get(2))) {
            assertThat(
                            HealthGrpc.newBlockingStub(channel)
                                    .check(HealthCheckRequest.newBuilder().setService(name).build())
                                    .getStatus())
                    .isEqualTo(ServingStatus.SERVING);
        }
        CompletableFuture<ServerReflectionResponse> listed = new CompletableFuture<>();
        StreamObserver<ServerReflectionRequest> ask =
                ServerReflectionGrpc.newStub(channel)
                        .serverReflectionInfo(
                                new StreamObserver<>() {
                                    @Override
                                    public void onNext(ServerReflectionResponse value) {
                                        listed.complete(value);
                                    }

                                    @Override
                                    public void onError(Throwable failure) {
                                        listed.completeExceptionally(failure);
                                    }

                                    @Override
                                    public void onCompleted() {}
                                });
        ask.onNext(ServerReflectionRequest.newBuilder().setListServices("").build());
        assertThat(listed.get(30, TimeUnit.SECONDS).getListServicesResponse().getServiceList())
                .extracting(ServiceResponse::getName)
                .containsAll(names)
                .contains("grpc.health.v1.Health");
        ask.onCompleted();
    }

    private void upsertAndWait(String collection, Point... points) throws Exception {
        Upserts upserts = new Upserts();
        upserts.out.onNext(
                UpsertRequest.newBuilder()
                        .setCollection(collection)
                        .addAllPoints(List.of(points))
                        .setWait(true)
                        .build());
        upserts.out.onCompleted();
        assertThat(upserts.ended.get(30, TimeUnit.SECONDS)).isEqualTo(Status.Code.OK);
    }

    private void invalid(SearchRequest.Builder search, String detail) throws Exception {
        refused(
                () -> queries.search(search.build()),
                Status.Code.INVALID_ARGUMENT,
                ErrorCode.INVALID,
                detail);
    }

    private static void refused(
            org.assertj.core.api.ThrowableAssert.ThrowingCallable call,
            Status.Code status,
            ErrorCode code,
            String detail) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        StatusRuntimeException.class,
                        failure -> {
                            assertThat(failure.getStatus().getCode()).isEqualTo(status);
                            assertThat(failure.getStatus().getDescription()).contains(detail);
                            assertThat(ErrorTrailers.fromStatus(failure).code()).isEqualTo(code);
                            assertThat(problem(failure).path("code").asText())
                                    .isEqualTo(code.name());
                        });
    }

    private static JsonNode problem(StatusRuntimeException failure) {
        try {
            return new ObjectMapper().readTree(failure.getTrailers().get(Statuses.PROBLEM));
        } catch (java.io.IOException e) {
            throw new AssertionError(e);
        }
    }

    private static String trailer(StatusRuntimeException failure, String name) {
        return failure.getTrailers()
                .get(io.grpc.Metadata.Key.of(name, io.grpc.Metadata.ASCII_STRING_MARSHALLER));
    }

    private static Point point(String id, float x, float y, float z) {
        return Point.newBuilder().setId(id).addVector(x).addVector(y).addVector(z).build();
    }

    /** A stream of upserts and what came back. */
    private final class Upserts implements StreamObserver<UpsertResponse> {
        final List<UpsertResponse> answers = new ArrayList<>();
        final CompletableFuture<Status.Code> ended = new CompletableFuture<>();
        volatile StatusRuntimeException failure;
        final StreamObserver<UpsertRequest> out = WriteServiceGrpc.newStub(channel).upsert(this);

        @Override
        public void onNext(UpsertResponse answer) {
            answers.add(answer);
        }

        @Override
        public void onError(Throwable error) {
            failure = (StatusRuntimeException) error;
            ended.complete(failure.getStatus().getCode());
        }

        @Override
        public void onCompleted() {
            ended.complete(Status.Code.OK);
        }
    }
}
