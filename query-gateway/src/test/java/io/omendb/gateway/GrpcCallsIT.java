package io.omendb.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.grpc.ClientInterceptor;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import io.omendb.v1.CollectionServiceGrpc;
import io.omendb.v1.CountRequest;
import io.omendb.v1.CreateCollectionRequest;
import io.omendb.v1.HybridHit;
import io.omendb.v1.HybridSearchRequest;
import io.omendb.v1.PartExplanation;
import io.omendb.v1.QueryServiceGrpc;
import io.omendb.v1.SearchRequest;
import io.omendb.v1.SparseVector;
import io.omendb.v1.TermExplanation;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.logging.log4j.Level;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/** What is known of gRPC calls besides their answers, and what hits of hybrid searches explain. */
@ExtendWith(SharedBroker.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class GrpcCallsIT {
    private static final Metadata.Key<String> REQUEST_ID =
            Metadata.Key.of("x-request-id", Metadata.ASCII_STRING_MARSHALLER);

    private RunningGateway running;
    private ManagedChannel channel;
    private QueryServiceGrpc.QueryServiceBlockingStub queries;

    @BeforeAll
    void start(SharedBroker.Running broker) throws Exception {
        running = new RunningGateway(broker);
        channel =
                NettyChannelBuilder.forAddress("127.0.0.1", running.gateway.grpcPort())
                        .userAgent("calls-it")
                        .usePlaintext()
                        .build();
        queries = QueryServiceGrpc.newBlockingStub(channel);
    }

    @AfterAll
    void stop() throws Exception {
        channel.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
        running.close();
    }

    @Test
    void call_hasALineInTheAccessLog() throws Exception {
        running.collection("gc-log");
        AtomicReference<Metadata> headers = new AtomicReference<>();
        AtomicReference<Metadata> trailers = new AtomicReference<>();
        try (LogLines lines = LogLines.open(Level.INFO)) {
            named("mine-1", headers, trailers).count(count("gc-log"));
            Await.until("a line is there", () -> lines.of("mine-1").isPresent());
            JsonNode line = lines.of("mine-1").orElseThrow();
            assertThat(line.path("protocol").asText()).isEqualTo("grpc");
            assertThat(line.path("path").asText()).isEqualTo("/omendb.v1.QueryService/Count");
            assertThat(line.path("method").asText()).isEqualTo("POST");
            assertThat(line.path("status").asText()).isEqualTo("OK");
            assertThat(line.path("client").asText()).isEqualTo("127.0.0.1");
            assertThat(line.path("request_bytes").asInt()).isPositive();
            assertThat(line.path("response_bytes").asInt()).isPositive();
            assertThat(line.path("took_ms").asDouble()).isPositive();
            assertThat(line.path("user_agent").asText()).startsWith("calls-it");
            assertThat(line.path("time").asText()).endsWith("Z");
            assertThat(headers.get().get(REQUEST_ID)).isEqualTo("mine-1");

            assertThatThrownBy(() -> named("a b", headers, trailers).count(count("gc-none")))
                    .isInstanceOf(StatusRuntimeException.class);
            String made = trailers.get().get(REQUEST_ID);
            assertThat(made).matches("[0-9a-f]{16}");
            Await.until("another line is there", () -> lines.of(made).isPresent());
            assertThat(lines.of(made).orElseThrow().path("status").asText()).isEqualTo("NOT_FOUND");
        }
    }

    private QueryServiceGrpc.QueryServiceBlockingStub named(
            String id, AtomicReference<Metadata> headers, AtomicReference<Metadata> trailers) {
        Metadata sent = new Metadata();
        sent.put(REQUEST_ID, id);
        ClientInterceptor name = MetadataUtils.newAttachHeadersInterceptor(sent);
        return queries.withInterceptors(
                name, MetadataUtils.newCaptureMetadataInterceptor(headers, trailers));
    }

    private static CountRequest count(String collection) {
        return CountRequest.newBuilder().setCollection(collection).build();
    }

    @Test
    void calls_areCounted_byMethodAndStatus() throws Exception {
        running.collection("gc-count");
        Object unused = queries.count(count("gc-count"));
        assertThatThrownBy(() -> queries.count(count("gc-nowhere")))
                .isInstanceOf(StatusRuntimeException.class);
        String counter =
                "omendb_grpc_requests_seconds_count{method=\"omendb.v1.QueryService/Count\",status=\"%s\"}";
        Await.until(
                "they are counted",
                () -> {
                    String metrics = running.client.get("/metrics").text();
                    return metrics.contains(counter.formatted("OK"))
                            && metrics.contains(counter.formatted("NOT_FOUND"));
                });
    }

    @Test
    void hybridSearch_explained_saysHowEachPartCameByItsScore() throws Exception {
        String path = running.collection("gc-explain");
        running.client
                .post(
                        path + "/points?wait=true",
                        "{'points':[{'id':'a','vector':[0,0,0],'text':'red hat'},"
                                + "{'id':'b','vector':[0,0,3]}]}")
                .expect(200);
        HybridSearchRequest.Builder search =
                HybridSearchRequest.newBuilder()
                        .setSearch(
                                SearchRequest.newBuilder()
                                        .setCollection("gc-explain")
                                        .setK(1)
                                        .addAllVector(List.of(0f, 0f, 0f)))
                        .setText("red")
                        .setAlpha(0.25);
        assertThat(queries.hybridSearch(search.build()).getHits(0).getExplanationsMap()).isEmpty();

        HybridHit hit = queries.hybridSearch(search.setExplain(true).build()).getHits(0);
        assertThat(hit.getPoint().getId()).isEqualTo("a");
        assertThat(hit.getExplanationsMap()).containsOnlyKeys("dense", "text");
        PartExplanation dense = hit.getExplanationsOrThrow("dense");
        PartExplanation text = hit.getExplanationsOrThrow("text");
        assertThat(dense.getWeight()).isEqualTo(0.25);
        assertThat(dense.getRank()).isEqualTo(1);
        assertThat(dense.getTermsList()).isEmpty();
        assertThat(
                        dense.getWeight() * dense.getNormalised()
                                + text.getWeight() * text.getNormalised())
                .isEqualTo(hit.getScore());
        TermExplanation term = text.getTerms(0);
        assertThat(term.getField()).isEqualTo("text");
        assertThat(term.getTerm()).isEqualTo("red");
        assertThat(term.getPointsWithTerm()).isEqualTo(4);
        assertThat(term.getPointsWithField()).isEqualTo(5);
    }

    @Test
    void messages_thatContradictThemselves_areRefusedAsOverHttp() throws Exception {
        running.collection("gc-bad");
        invalid(
                "sparse.values: found 1 values",
                () ->
                        queries.hybridSearch(
                                HybridSearchRequest.newBuilder()
                                        .setSearch(
                                                SearchRequest.newBuilder().setCollection("gc-bad"))
                                        .setSparse(
                                                SparseVector.newBuilder()
                                                        .addIndices(1)
                                                        .addIndices(2)
                                                        .addValues(1))
                                        .build()));
        invalid(
                "options_json.fields: found 7",
                () ->
                        CollectionServiceGrpc.newBlockingStub(channel)
                                .createCollection(
                                        CreateCollectionRequest.newBuilder()
                                                .setCollection("gc-options")
                                                .setDimension(3)
                                                .setMetric("l2")
                                                .setOptionsJson("{\"fields\":7}")
                                                .putFields("year", "long")
                                                .build()));
    }

    private static void invalid(String detail, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        StatusRuntimeException.class,
                        e ->
                                assertThat(e.getStatus().getCode())
                                        .isEqualTo(Status.Code.INVALID_ARGUMENT))
                .hasMessageContaining(detail);
    }
}
