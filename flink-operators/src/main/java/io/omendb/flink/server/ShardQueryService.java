package io.omendb.flink.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.ByteString;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.index.device.DeviceChoice;
import io.omendb.index.device.SearchDevice;
import io.omendb.index.device.SearchDevices;
import io.omendb.index.filter.Filter;
import io.omendb.index.filter.FilterParser;
import io.omendb.index.shard.Hit;
import io.omendb.index.shard.SearchParams;
import io.omendb.index.shard.SearchResult;
import io.omendb.index.shard.ShardSnapshot;
import io.omendb.index.shard.SharedSearch;
import io.omendb.index.sparse.SparseQuery;
import io.omendb.protocol.ErrorTrailers;
import io.omendb.protocol.LocalShard;
import io.omendb.protocol.LocalWork;
import io.omendb.protocol.v1.Applied;
import io.omendb.protocol.v1.AwaitAppliedRequest;
import io.omendb.protocol.v1.AwaitAppliedResponse;
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
import io.omendb.protocol.v1.ScrollRequest;
import io.omendb.protocol.v1.ScrollResponse;
import io.omendb.protocol.v1.SearchRequest;
import io.omendb.protocol.v1.SearchResponse;
import io.omendb.protocol.v1.ShardServiceGrpc;
import io.omendb.protocol.v1.TermsRequest;
import io.omendb.protocol.v1.TermsResponse;
import io.omendb.schema.CollectionDefinition;
import io.omendb.schema.CollectionSchema;
import io.omendb.state.AppliedPosition;
import io.omendb.state.VectorCollection;
import io.omendb.state.VectorState;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The shard protocol over one subtask's vector state. A collection this subtask has not heard of
 * yet answers as an empty one: who may ask for a collection is decided by the catalogue, and its
 * definition is on its way here.
 */
final class ShardQueryService extends ShardServiceGrpc.ShardServiceImplBase {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final VectorState state;
    private final QueryPool queries;
    private final QueryPool background;

    /**
     * The service.
     *
     * @param background for queries that nobody waits for
     */
    ShardQueryService(VectorState state, QueryPool queries, QueryPool background) {
        this.state = state;
        this.queries = queries;
        this.background = background;
    }

    @Override
    public void search(SearchRequest request, StreamObserver<SearchResponse> observer) {
        LocalWork inline = LocalShard.inline();
        if (request.getBackground()) {
            answer(background, observer, () -> search(request, background, observer));
        } else if (inline == null) {
            answer(observer, () -> search(request, queries, observer));
        } else {
            FirstAnswer<SearchResponse> first = new FirstAnswer<>(observer);
            Runnable alone = () -> run(first, () -> search(request, first::isGiven));
            Consumer<OmenException> refused = refused(first);
            inline.take(
                    () -> queries.executeHere(alone, refused),
                    () -> {
                        boolean divisible = isDivisible(request);
                        Runnable query = divisible ? together(request, first) : alone;
                        return new OfferedQuery(queries, query, refused, first, divisible);
                    });
        }
    }

    /** A search that ends early where whoever asked has gone, or the shard is being closed. */
    private SearchResponse search(
            SearchRequest request, QueryPool pool, StreamObserver<?> observer) {
        BooleanSupplier unneeded =
                observer instanceof ServerCallStreamObserver<?> call
                        ? () -> pool.isClosed() || call.isCancelled()
                        : pool::isClosed;
        SearchResponse found = search(request, unneeded);
        if (pool.isClosed()) {
            throw QueryThreads.stopping();
        }
        return found;
    }

    @Override
    public void get(GetRequest request, StreamObserver<GetResponse> observer) {
        answer(observer, () -> get(request));
    }

    @Override
    public void hybrid(HybridRequest request, StreamObserver<HybridResponse> observer) {
        answer(observer, () -> hybrid(request));
    }

    @Override
    public void fetch(FetchRequest request, StreamObserver<FetchResponse> observer) {
        answer(observer, () -> fetch(request));
    }

    @Override
    public void terms(TermsRequest request, StreamObserver<TermsResponse> observer) {
        answer(observer, () -> terms(request));
    }

    @Override
    public void scroll(ScrollRequest request, StreamObserver<ScrollResponse> observer) {
        answer(observer, () -> scroll(request));
    }

    @Override
    public void count(CountRequest request, StreamObserver<CountResponse> observer) {
        answer(observer, () -> count(request));
    }

    @Override
    public void describe(DescribeRequest request, StreamObserver<DescribeResponse> observer) {
        answer(observer, () -> describe(request));
    }

    @Override
    public void awaitApplied(
            AwaitAppliedRequest request, StreamObserver<AwaitAppliedResponse> observer) {
        CompletableFuture<Void> reached = state.applied().whenReached(request.getPositionsMap());
        if (observer instanceof ServerCallStreamObserver<?> call) {
            // Whoever has gone does not wait until the time is over.
            call.setOnCancelHandler(() -> reached.cancel(false));
        }
        reached.orTimeout(Math.max(1, request.getTimeoutMs()), TimeUnit.MILLISECONDS)
                .whenComplete(
                        (done, failure) -> {
                            Supplier<AwaitAppliedResponse> answer =
                                    () -> awaited(request, failure == null);
                            queries.execute(
                                    () -> run(observer, answer),
                                    refusal -> {
                                        if (refusal.code() == ErrorCode.OVERLOADED) {
                                            // Not for this: whoever waits has written already.
                                            run(observer, answer);
                                        } else {
                                            refused(observer).accept(refusal);
                                        }
                                    });
                        });
    }

    /** Whether threads can share a search's work, as far as that can be told before it begins. */
    private boolean isDivisible(SearchRequest request) {
        if (!request.getFilterJson().isEmpty()
                || request.getExact()
                || SearchDevices.shared() != null) {
            return false;
        }
        VectorCollection collection = collection(request.getCollection(), request.getGeneration());
        return collection != null && collection.shard().snapshot().isIndexed();
    }

    /** A search that all threads that run it make together. */
    private Runnable together(SearchRequest request, FirstAnswer<SearchResponse> first) {
        SharedQuery<View> shared = new SharedQuery<>();
        return () ->
                run(
                        first,
                        () -> {
                            SharedQuery.Seen<View> seen =
                                    shared.see(() -> see(request, first::isGiven));
                            SharedSearch search = seen.search();
                            return response(
                                    request,
                                    seen.view(),
                                    search == null ? null : search.run(),
                                    seen.startNanos());
                        });
    }

    private SearchResponse search(SearchRequest request, BooleanSupplier unneeded) {
        long start = System.nanoTime();
        View view = view(request.getCollection(), request.getGeneration(), request.getCommitted());
        ShardSnapshot snapshot = view.snapshot;
        SearchResult result =
                snapshot == null
                        ? null
                        : snapshot.search(
                                VectorBytes.toFloats(request.getVector()),
                                request.getK(),
                                filter(request.getFilterJson(), snapshot.schema()),
                                params(request),
                                unneeded);
        return response(request, view, result, start);
    }

    private static SearchResponse response(
            SearchRequest request, View view, @Nullable SearchResult result, long startNanos) {
        SearchResponse.Builder response = SearchResponse.newBuilder().putAllApplied(view.applied);
        if (result != null) {
            for (Hit hit : result.hits()) {
                response.addHits(PointMessages.of(hit, request.getInclude()));
            }
            response.setRowsScanned(result.rowsScanned()).setOnDevice(result.onDevice());
        }
        return response.setTookUs((System.nanoTime() - startNanos) / 1000).build();
    }

    private SharedQuery.Seen<View> see(SearchRequest request, BooleanSupplier unneeded) {
        long start = System.nanoTime();
        View view = view(request.getCollection(), request.getGeneration(), request.getCommitted());
        ShardSnapshot snapshot = view.snapshot;
        return new SharedQuery.Seen<>(
                view,
                snapshot == null
                        ? null
                        : snapshot.share(
                                VectorBytes.toFloats(request.getVector()),
                                request.getK(),
                                filter(request.getFilterJson(), snapshot.schema()),
                                params(request),
                                unneeded),
                start);
    }

    private HybridResponse hybrid(HybridRequest request) {
        long start = System.nanoTime();
        SearchRequest search = request.getSearch();
        View view = view(search.getCollection(), search.getGeneration(), search.getCommitted());
        HybridResponse.Builder response = HybridResponse.newBuilder().putAllApplied(view.applied);
        if (view.snapshot != null) {
            HybridQueries.answer(
                    view.snapshot,
                    request,
                    filter(search.getFilterJson(), view.snapshot.schema()),
                    params(search).recalling(request.getRecallK()),
                    response);
        }
        return response.setTookUs((System.nanoTime() - start) / 1000).build();
    }

    private FetchResponse fetch(FetchRequest request) {
        View view = view(request.getCollection(), request.getGeneration(), request.getCommitted());
        FetchResponse.Builder response = FetchResponse.newBuilder();
        if (view.snapshot != null) {
            HybridQueries.fetch(
                    view.snapshot,
                    request,
                    id ->
                            Optional.ofNullable(
                                            collection(
                                                    request.getCollection(),
                                                    request.getGeneration()))
                                    .flatMap(known -> known.shard().get(id)),
                    response);
        }
        return response.build();
    }

    private TermsResponse terms(TermsRequest request) {
        View view = view(request.getCollection(), request.getGeneration(), request.getCommitted());
        TermsResponse.Builder response = TermsResponse.newBuilder();
        if (view.snapshot != null) {
            SparseQuery terms =
                    HybridQueries.terms(
                            view.snapshot.schema(), request.getText(), request.getTextFieldsList());
            response.setStatistics(HybridQueries.message(view.snapshot.statistics(terms)));
        }
        return response.build();
    }

    private ScrollResponse scroll(ScrollRequest request) {
        View view = view(request.getCollection(), request.getGeneration(), request.getCommitted());
        ScrollResponse.Builder response = ScrollResponse.newBuilder().putAllApplied(view.applied);
        if (view.snapshot != null) {
            view.snapshot
                    .scroll(
                            filter(request.getFilterJson(), view.snapshot.schema()),
                            request.getLimit(),
                            request.hasAfter() ? ScrollMessages.key(request.getAfter()) : null)
                    .forEach(
                            item ->
                                    response.addItems(
                                            ScrollMessages.item(item, request.getInclude())));
        }
        return response.build();
    }

    /**
     * What a query sees.
     *
     * @param snapshot the rows; null where the collection is not known here yet
     * @param applied how far sources were applied, at least
     */
    private record View(@Nullable ShardSnapshot snapshot, Map<String, Applied> applied) {}

    private View view(String name, long generation, boolean committed) {
        if (committed) {
            return state.committed(name)
                    .filter(known -> isGeneration(known.definition(), generation))
                    .map(known -> new View(known.snapshot(), messages(known.applied())))
                    .orElseGet(() -> new View(null, Map.of()));
        }
        // In this order: whoever sees an offset must also see its row.
        Map<String, Applied> applied = applied(name);
        VectorCollection collection = collection(name, generation);
        return new View(collection == null ? null : collection.shard().snapshot(), applied);
    }

    private static SearchParams params(SearchRequest request) {
        double target = request.getRecallTarget();
        return new SearchParams(
                request.getExact(),
                target == 0 ? SearchParams.DEFAULT.recallTarget() : target,
                nprobe(request),
                request.getRecallK(),
                request.getDevice().isEmpty()
                        ? DeviceChoice.AUTO
                        : DeviceChoice.ofApiName(request.getDevice()));
    }

    private static int nprobe(SearchRequest request) {
        Double nprobe = request.getParamsMap().get("nprobe");
        if (nprobe == null) {
            return 0;
        }
        if (!(nprobe >= 1 && nprobe <= Integer.MAX_VALUE && nprobe == Math.rint(nprobe))) {
            throw OmenException.invalid(
                    "params.nprobe: found " + nprobe + ", expected a whole number, at least 1");
        }
        return nprobe.intValue();
    }

    private GetResponse get(GetRequest request) {
        GetResponse.Builder response = GetResponse.newBuilder();
        VectorCollection collection = collection(request.getCollection(), request.getGeneration());
        if (collection != null) {
            for (String id : request.getIdsList()) {
                Optional<Hit> hit = collection.shard().get(id);
                hit.ifPresent(
                        found -> response.addPoints(PointMessages.of(found, request.getInclude())));
            }
        }
        return response.build();
    }

    private CountResponse count(CountRequest request) {
        View view = view(request.getCollection(), request.getGeneration(), request.getCommitted());
        CountResponse.Builder response = CountResponse.newBuilder().putAllApplied(view.applied);
        if (view.snapshot != null) {
            response.setCount(
                    view.snapshot.count(filter(request.getFilterJson(), view.snapshot.schema())));
        }
        return response.build();
    }

    private DescribeResponse describe(DescribeRequest request) {
        DescribeResponse.Builder response = DescribeResponse.newBuilder();
        SearchDevice device = SearchDevices.shared();
        if (device != null) {
            response.setDevice(DeviceMessages.of(device));
        }
        for (VectorCollection collection : state.collections().values()) {
            if (request.getCollection().isEmpty()
                    || request.getCollection().equals(collection.definition().name())) {
                response.addCollections(stats(collection));
            }
        }
        return response.build();
    }

    private CollectionStats stats(VectorCollection collection) {
        String name = collection.definition().name();
        return CollectionStats.newBuilder()
                .setCollection(name)
                .setGeneration(collection.definition().generation())
                .setVectors(collection.shard().snapshot().count(null))
                .setDeleted(collection.shard().deadRows())
                .setSegments(collection.shard().snapshot().segments().size())
                .setMemoryBytes(collection.shard().memoryBytes())
                .setDiskBytes(state.diskBytes(collection))
                .setIndex(collection.shard().snapshot().indexKind())
                .setQueuedRows(collection.shard().queuedRows())
                .setWrites(collection.shard().snapshot().sequence())
                .putAllApplied(applied(name))
                .build();
    }

    private AwaitAppliedResponse awaited(AwaitAppliedRequest request, boolean reached) {
        return AwaitAppliedResponse.newBuilder()
                .setReached(reached)
                .putAllApplied(applied(request.getCollection()))
                .build();
    }

    private @Nullable VectorCollection collection(String name, long generation) {
        return state.collection(name)
                .filter(known -> isGeneration(known.definition(), generation))
                .orElse(null);
    }

    private static boolean isGeneration(CollectionDefinition definition, long generation) {
        return generation == 0 || definition.generation() == generation;
    }

    private Map<String, Applied> applied(String collection) {
        return state.collection(collection)
                .map(known -> messages(state.applied(known.definition())))
                .orElseGet(Map::of);
    }

    private static Map<String, Applied> messages(Map<String, AppliedPosition> positions) {
        Map<String, Applied> applied = new HashMap<>();
        positions.forEach(
                (source, position) ->
                        applied.put(
                                source,
                                Applied.newBuilder()
                                        .setOffset(position.offset())
                                        .setTimestampMs(position.timestampMs())
                                        .build()));
        return applied;
    }

    private static @Nullable Filter filter(String json, CollectionSchema schema) {
        if (json.isEmpty()) {
            return null;
        }
        try {
            JsonNode node = JSON.readTree(json);
            return FilterParser.parse(node, schema);
        } catch (IOException e) {
            throw new OmenException(ErrorCode.MALFORMED, "filters: not JSON: " + e.getMessage(), e);
        }
    }

    private <R> void answer(StreamObserver<R> observer, Supplier<R> query) {
        answer(queries, observer, query);
    }

    private static <R> void answer(QueryPool pool, StreamObserver<R> observer, Supplier<R> query) {
        pool.execute(() -> run(observer, query), refused(observer));
    }

    private static Consumer<OmenException> refused(StreamObserver<?> observer) {
        return refusal -> observer.onError(ErrorTrailers.toStatus(refusal));
    }

    private static <R> void run(StreamObserver<R> observer, Supplier<R> query) {
        if (isCancelled(observer)) {
            return; // nobody waits for it any more
        }
        R response;
        try {
            response = query.get();
        } catch (OmenException e) {
            observer.onError(ErrorTrailers.toStatus(e));
            return;
        } catch (RuntimeException e) {
            observer.onError(
                    ErrorTrailers.toStatus(
                            new OmenException(ErrorCode.INTERNAL, "query failed: " + e, e)));
            return;
        }
        observer.onNext(response);
        observer.onCompleted();
    }

    private static boolean isCancelled(StreamObserver<?> observer) {
        return observer instanceof FirstAnswer<?> first
                ? first.isOver()
                : observer instanceof ServerCallStreamObserver<?> call && call.isCancelled();
    }

    /** Little-endian float32 components. */
    static final class VectorBytes {

        private VectorBytes() {}

        static float[] toFloats(ByteString bytes) {
            if (bytes.size() % Float.BYTES != 0) {
                throw OmenException.malformed(
                        "vector: found "
                                + bytes.size()
                                + " bytes, expected a multiple of "
                                + Float.BYTES);
            }
            float[] floats = new float[bytes.size() / Float.BYTES];
            bytes.asReadOnlyByteBuffer()
                    .order(java.nio.ByteOrder.LITTLE_ENDIAN)
                    .asFloatBuffer()
                    .get(floats);
            return floats;
        }
    }
}
