package io.omendb.gateway;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import io.grpc.Context;
import io.grpc.stub.StreamObserver;
import io.omendb.OmenException;
import io.omendb.gateway.shards.Packed;
import io.omendb.protocol.ErrorTrailers;
import io.omendb.protocol.v1.Applied;
import io.omendb.protocol.v1.AwaitAppliedRequest;
import io.omendb.protocol.v1.AwaitAppliedResponse;
import io.omendb.protocol.v1.Candidate;
import io.omendb.protocol.v1.CollectionStats;
import io.omendb.protocol.v1.CountRequest;
import io.omendb.protocol.v1.CountResponse;
import io.omendb.protocol.v1.DescribeRequest;
import io.omendb.protocol.v1.DescribeResponse;
import io.omendb.protocol.v1.FetchRequest;
import io.omendb.protocol.v1.FetchResponse;
import io.omendb.protocol.v1.GetRequest;
import io.omendb.protocol.v1.GetResponse;
import io.omendb.protocol.v1.HybridRequest;
import io.omendb.protocol.v1.HybridResponse;
import io.omendb.protocol.v1.Include;
import io.omendb.protocol.v1.ScrollPosition;
import io.omendb.protocol.v1.ScrollRequest;
import io.omendb.protocol.v1.ScrollResponse;
import io.omendb.protocol.v1.SearchRequest;
import io.omendb.protocol.v1.SearchResponse;
import io.omendb.protocol.v1.ShardServiceGrpc;
import io.omendb.protocol.v1.TermScore;
import io.omendb.protocol.v1.TermsRequest;
import io.omendb.protocol.v1.TermsResponse;
import io.omendb.record.MergePatch;
import io.omendb.record.PatchJson;
import io.omendb.record.Point;
import io.omendb.record.PointJson;
import io.omendb.record.PointPatch;
import io.omendb.record.StrictJson;
import io.omendb.schema.CollectionDefinition;
import io.omendb.schema.Languages;
import io.omendb.schema.Metric;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;

/** The shard protocol over maps of points. Filters know equality only. */
final class TestShard extends ShardServiceGrpc.ShardServiceImplBase {
    /** How every text that matches is said to have come by its score. */
    private static final TermScore TERM =
            TermScore.newBuilder()
                    .setField(Languages.OF_TEXT)
                    .setTerm("red")
                    .setQueryValue(1)
                    .setValue(2)
                    .setLength(3)
                    .setIdf(0.5f)
                    .setRows(4)
                    .setDocuments(5)
                    .setScore(1)
                    .build();

    private static final class Rows {
        final long generation;
        final Map<String, Point> points = new TreeMap<>();
        final Map<String, Applied> applied = new HashMap<>();

        Rows(long generation) {
            this.generation = generation;
        }
    }

    private final Supplier<Map<String, CollectionDefinition>> catalogue;
    private final Map<String, Rows> collections = new HashMap<>();
    volatile CountDownLatch gate = new CountDownLatch(0);

    /** Until it opens no write is said to be applied. */
    volatile CountDownLatch behind = new CountDownLatch(0);

    /** What {@link #behind} is from the next page of a scroll on; null for no change. */
    volatile CountDownLatch behindOnceScrolled;

    /** Until it opens nothing at all is answered. */
    volatile CountDownLatch silence = new CountDownLatch(0);

    final AtomicInteger searches = new AtomicInteger();
    final AtomicInteger cancelled = new AtomicInteger();

    TestShard(Supplier<Map<String, CollectionDefinition>> catalogue) {
        this.catalogue = catalogue;
    }

    synchronized void apply(ConsumerRecord<String, byte[]> record, boolean owned) {
        for (CollectionDefinition collection : catalogue.get().values()) {
            if (collection.topic().equals(record.topic())
                    && collection.covers(record.partition(), record.offset())) {
                Rows rows = rows(collection.name());
                if (owned && record.value() == null) {
                    rows.points.remove(record.key());
                } else if (owned && isPatch(record)) {
                    rows.points.computeIfPresent(
                            record.key(), (id, point) -> patched(point, record.value()));
                } else if (owned) {
                    rows.points.put(record.key(), PointJson.read(record.value()));
                }
                rows.applied.put(
                        record.topic() + "-" + record.partition(),
                        Applied.newBuilder()
                                .setOffset(record.offset())
                                .setTimestampMs(record.timestamp())
                                .build());
            }
        }
        notifyAll();
    }

    static boolean isPatch(ConsumerRecord<?, byte[]> record) {
        Header format = record.headers().lastHeader("omen-format");
        return format != null
                && new String(format.value(), StandardCharsets.US_ASCII).equals("patch");
    }

    /** What real shards do is tested with them: here only vectors, metadata and texts change. */
    private static Point patched(Point point, byte[] json) {
        PointPatch patch = PatchJson.read(json, point.id());
        boolean bare = patch.removed().contains(PointPatch.Part.METADATA);
        boolean silent = patch.removed().contains(PointPatch.Part.TEXT);
        ObjectNode merged =
                patch.metadata() == null
                        ? point.metadata()
                        : StrictJson.object(
                                MergePatch.apply(point.metadataJson(), patch.metadata()),
                                "metadata");
        return new Point(
                point.id(),
                patch.hasVector() ? patch.vector() : point.vector(),
                bare ? null : merged,
                silent ? null : patch.text() == null ? point.text() : patch.text(),
                point.sparseIndices(),
                point.sparseValues());
    }

    private Rows rows(String name) {
        CollectionDefinition collection = catalogue.get().get(name);
        long generation = collection == null ? 0 : collection.generation();
        Rows rows = collections.computeIfAbsent(name, n -> new Rows(generation));
        if (rows.generation != generation) {
            rows = new Rows(generation);
            collections.put(name, rows);
        }
        return rows;
    }

    @Override
    public void search(SearchRequest request, StreamObserver<SearchResponse> out) {
        searches.incrementAndGet();
        Context.current()
                .addListener(
                        context -> {
                            // Also called when the call has ended well.
                            if (context.cancellationCause() != null) {
                                cancelled.incrementAndGet();
                            }
                        },
                        Runnable::run);
        answer(
                out,
                () -> {
                    gate.await(30, TimeUnit.SECONDS);
                    return found(request);
                });
    }

    private synchronized SearchResponse found(SearchRequest request) {
        Metric metric = catalogue.get().get(request.getCollection()).schema().metric();
        float[] query = Packed.vector(request.getVector());
        SearchResponse.Builder response = SearchResponse.newBuilder();
        Rows rows = rows(request.getCollection());
        matching(rows, request.getFilterJson())
                .map(
                        point ->
                                message(point, request.getInclude())
                                        .setDistance(distance(metric, query, point.vector()))
                                        .build())
                .sorted(
                        Comparator.comparing(io.omendb.protocol.v1.Point::getDistance)
                                .thenComparing(io.omendb.protocol.v1.Point::getId))
                .limit(request.getK())
                .forEach(response::addHits);
        return response.putAllApplied(rows.applied).build();
    }

    /** The dense candidates; each occurrence of the text in a point's text scores one. */
    @Override
    public void hybrid(HybridRequest request, StreamObserver<HybridResponse> out) {
        answer(
                out,
                () -> {
                    SearchRequest search = request.getSearch();
                    HybridResponse.Builder response = HybridResponse.newBuilder();
                    synchronized (this) {
                        Rows rows = rows(search.getCollection());
                        Metric metric =
                                catalogue.get().get(search.getCollection()).schema().metric();
                        float[] query = Packed.vector(search.getVector());
                        matching(rows, search.getFilterJson())
                                .forEach(
                                        point -> {
                                            boolean has =
                                                    point.text() != null
                                                            && !request.getText().isEmpty()
                                                            && point.text()
                                                                    .contains(request.getText());
                                            float distance =
                                                    query.length == 0
                                                            ? Float.NaN
                                                            : distance(
                                                                    metric, query, point.vector());
                                            response.addCandidates(
                                                    Candidate.newBuilder()
                                                            .addAllTerms(
                                                                    has && request.getExplain()
                                                                            ? List.of(TERM)
                                                                            : List.of())
                                                            .setPoint(
                                                                    message(
                                                                                    point,
                                                                                    search
                                                                                            .getInclude())
                                                                            .setDistance(distance))
                                                            .setTextScore(has ? 1 : 0));
                                        });
                        return response.putAllApplied(rows.applied).build();
                    }
                });
    }

    @Override
    public void fetch(FetchRequest request, StreamObserver<FetchResponse> out) {
        answer(
                out,
                () -> {
                    FetchResponse.Builder response = FetchResponse.newBuilder();
                    synchronized (this) {
                        Rows rows = rows(request.getCollection());
                        for (String id : request.getIdsList()) {
                            Point point = rows.points.get(id);
                            response.addPoints(
                                    point == null
                                            ? io.omendb.protocol.v1.Point.newBuilder()
                                            : message(point, request.getInclude()));
                        }
                    }
                    return response.build();
                });
    }

    @Override
    public void terms(TermsRequest request, StreamObserver<TermsResponse> out) {
        answer(out, TermsResponse::getDefaultInstance);
    }

    /** In the order of the ids alone. */
    @Override
    public void scroll(ScrollRequest request, StreamObserver<ScrollResponse> out) {
        answer(
                out,
                () -> {
                    ScrollResponse.Builder response = ScrollResponse.newBuilder();
                    synchronized (this) {
                        if (behindOnceScrolled != null) {
                            behind = behindOnceScrolled;
                            behindOnceScrolled = null;
                        }
                        Rows rows = rows(request.getCollection());
                        String after = request.getAfter().getId().toStringUtf8();
                        matching(rows, request.getFilterJson())
                                .filter(point -> point.id().compareTo(after) > 0)
                                .limit(request.getLimit())
                                .forEach(
                                        point ->
                                                response.addItems(
                                                        ScrollResponse.Item.newBuilder()
                                                                .setPosition(
                                                                        ScrollPosition.newBuilder()
                                                                                .setId(
                                                                                        ByteString
                                                                                                .copyFromUtf8(
                                                                                                        point
                                                                                                                .id())))
                                                                .setPoint(
                                                                        message(
                                                                                point,
                                                                                request
                                                                                        .getInclude()))));
                        return response.putAllApplied(rows.applied).build();
                    }
                });
    }

    @Override
    public void get(GetRequest request, StreamObserver<GetResponse> out) {
        answer(
                out,
                () -> {
                    GetResponse.Builder response = GetResponse.newBuilder();
                    synchronized (this) {
                        Rows rows = rows(request.getCollection());
                        for (String id : request.getIdsList()) {
                            if (rows.points.containsKey(id)) {
                                response.addPoints(
                                        message(rows.points.get(id), request.getInclude()));
                            }
                        }
                    }
                    return response.build();
                });
    }

    @Override
    public void count(CountRequest request, StreamObserver<CountResponse> out) {
        answer(
                out,
                () -> {
                    synchronized (this) {
                        Rows rows = rows(request.getCollection());
                        return CountResponse.newBuilder()
                                .setCount(matching(rows, request.getFilterJson()).count())
                                .putAllApplied(rows.applied)
                                .build();
                    }
                });
    }

    @Override
    public void describe(DescribeRequest request, StreamObserver<DescribeResponse> out) {
        answer(
                out,
                () -> {
                    DescribeResponse.Builder response = DescribeResponse.newBuilder();
                    synchronized (this) {
                        for (String name : List.copyOf(catalogue.get().keySet())) {
                            Rows rows = rows(name);
                            response.addCollections(
                                    CollectionStats.newBuilder()
                                            .setCollection(name)
                                            .setGeneration(rows.generation)
                                            .setVectors(rows.points.size())
                                            .setSegments(1)
                                            .setMemoryBytes(1000)
                                            .setIndex("flat")
                                            .putAllApplied(rows.applied));
                        }
                    }
                    return response.build();
                });
    }

    @Override
    public void awaitApplied(
            AwaitAppliedRequest request, StreamObserver<AwaitAppliedResponse> out) {
        answer(
                out,
                () -> {
                    boolean told = behind.await(request.getTimeoutMs(), TimeUnit.MILLISECONDS);
                    return told
                            ? awaited(request)
                            : AwaitAppliedResponse.newBuilder().setReached(false).build();
                });
    }

    private synchronized AwaitAppliedResponse awaited(AwaitAppliedRequest request)
            throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(request.getTimeoutMs());
        while (!reached(request) && System.nanoTime() < end) {
            TimeUnit.NANOSECONDS.timedWait(this, Math.max(1, end - System.nanoTime()));
        }
        return AwaitAppliedResponse.newBuilder()
                .setReached(reached(request))
                .putAllApplied(rows(request.getCollection()).applied)
                .build();
    }

    private boolean reached(AwaitAppliedRequest request) {
        Map<String, Applied> applied = rows(request.getCollection()).applied;
        return request.getPositionsMap().entrySet().stream()
                .allMatch(
                        wanted ->
                                applied.containsKey(wanted.getKey())
                                        && applied.get(wanted.getKey()).getOffset()
                                                >= wanted.getValue());
    }

    private static Stream<Point> matching(Rows rows, String filterJson) {
        if (filterJson.isEmpty()) {
            return rows.points.values().stream();
        }
        JsonNode filter = StrictJson.object(filterJson.getBytes(StandardCharsets.UTF_8), "filters");
        for (Map.Entry<String, JsonNode> field : filter.properties()) {
            if (field.getValue().isObject()) {
                throw OmenException.invalid(
                        "filters." + field.getKey() + ": found an unknown operator");
            }
        }
        return rows.points.values().stream()
                .filter(
                        point ->
                                filter.properties().stream()
                                        .allMatch(
                                                field ->
                                                        point.metadata() != null
                                                                && field.getValue()
                                                                        .equals(
                                                                                point.metadata()
                                                                                        .get(
                                                                                                field
                                                                                                        .getKey()))));
    }

    private static io.omendb.protocol.v1.Point.Builder message(Point point, Include include) {
        io.omendb.protocol.v1.Point.Builder message =
                io.omendb.protocol.v1.Point.newBuilder().setId(point.id());
        if (include.getMetadata() && point.metadata() != null) {
            message.setMetadataJson(ByteString.copyFrom(point.metadataJson()));
        }
        if (include.getMetadata() && point.text() != null) {
            message.setText(point.text());
        }
        if (include.getVector()) {
            message.setVector(Packed.of(point.vector()));
        }
        return message;
    }

    static float distance(Metric metric, float[] a, float[] b) {
        double dot = 0;
        double squares = 0;
        double normA = 0;
        double normB = 0;
        for (int i = 0; i < a.length; i++) {
            dot += a[i] * b[i];
            squares += (a[i] - b[i]) * (a[i] - b[i]);
            normA += a[i] * a[i];
            normB += b[i] * b[i];
        }
        return (float)
                switch (metric) {
                    case L2 -> Math.sqrt(squares);
                    case COSINE -> 1 - dot / Math.sqrt(normA * normB);
                    case DOT -> -dot;
                };
    }

    private interface Work<T> {
        T run() throws Exception;
    }

    private <T> void answer(StreamObserver<T> out, Work<T> work) {
        T result;
        try {
            silence.await(30, TimeUnit.SECONDS);
            result = work.run();
        } catch (OmenException e) {
            out.onError(ErrorTrailers.toStatus(e));
            return;
        } catch (Exception e) {
            out.onError(e);
            return;
        }
        out.onNext(result);
        out.onCompleted();
    }
}
