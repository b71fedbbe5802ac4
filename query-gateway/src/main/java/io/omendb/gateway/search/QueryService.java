package io.omendb.gateway.search;

import io.grpc.stub.StreamObserver;
import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.gateway.access.Need;
import io.omendb.gateway.collections.KnownCollections;
import io.omendb.gateway.grpc.Calls;
import io.omendb.gateway.grpc.Statuses;
import io.omendb.gateway.http.Limits;
import io.omendb.gateway.shards.Asked;
import io.omendb.schema.CollectionDefinition;
import io.omendb.v1.CountRequest;
import io.omendb.v1.CountResponse;
import io.omendb.v1.GetRequest;
import io.omendb.v1.GetResponse;
import io.omendb.v1.HybridSearchRequest;
import io.omendb.v1.HybridSearchResponse;
import io.omendb.v1.QueryServiceGrpc;
import io.omendb.v1.ScrollRequest;
import io.omendb.v1.ScrollResponse;
import io.omendb.v1.SearchBatchRequest;
import io.omendb.v1.SearchBatchResponse;
import io.omendb.v1.SearchRequest;
import io.omendb.v1.SearchResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/** The calls that search, look up, count and scroll. */
public final class QueryService extends QueryServiceGrpc.QueryServiceImplBase {
    private final KnownCollections collections;
    private final Searches searches;
    private final Lookup lookup;
    private final Scroller scroller;
    private final Calls calls;
    private final Limits limits;

    public QueryService(
            KnownCollections collections,
            Searches searches,
            Lookup lookup,
            Scroller scroller,
            Calls calls) {
        this.collections = collections;
        this.searches = searches;
        this.lookup = lookup;
        this.scroller = scroller;
        this.calls = calls;
        this.limits = calls.limits();
    }

    @Override
    public void get(GetRequest request, StreamObserver<GetResponse> out) {
        calls.unary(
                request,
                out,
                Need.READ,
                request.getCollection(),
                asked ->
                        in(request.getCollection(), collection -> get(collection, request, asked)));
    }

    /** One that is not known is looked for on other threads: Kafka may keep that waiting. */
    private <A> CompletableFuture<A> in(
            String collection, Function<CollectionDefinition, CompletableFuture<A>> work) {
        return collections.find(collection, calls.blocking()).thenCompose(work);
    }

    private CompletableFuture<GetResponse> get(
            CollectionDefinition collection, GetRequest request, Asked asked) {
        if (request.getIdsCount() > limits.batchPoints()) {
            throw tooMany("ids", request.getIdsCount(), limits.batchPoints());
        }
        Fields fields =
                request.hasInclude()
                        ? QueryMessages.fields(request.getInclude(), false)
                        : Fields.OF_LOOKUP;
        return lookup.get(
                        collection,
                        request.getIdsList(),
                        fields,
                        asked.deadline(limits.timeoutMs()))
                .thenApply(
                        points -> {
                            Found.count(points, limits.answer());
                            GetResponse.Builder response = GetResponse.newBuilder();
                            points.forEach(
                                    point -> response.addPoints(FoundMessages.of(point, fields)));
                            return response.build();
                        });
    }

    @Override
    public void search(SearchRequest request, StreamObserver<SearchResponse> out) {
        calls.unary(
                request,
                out,
                Need.READ,
                request.getCollection(),
                asked ->
                        in(
                                request.getCollection(),
                                collection -> search(collection, request, asked)));
    }

    private CompletableFuture<SearchResponse> search(
            CollectionDefinition collection, SearchRequest request, Asked asked) {
        Query query = QueryMessages.query(request, limits);
        query.check(collection, limits);
        return searches.search(collection, query, asked)
                .thenApply(
                        found -> FoundMessages.of(found.within(limits.answer()), query.fields()));
    }

    @Override
    public void searchBatch(SearchBatchRequest request, StreamObserver<SearchBatchResponse> out) {
        calls.unary(
                request,
                out,
                Need.READ,
                request.getCollection(),
                asked ->
                        in(
                                request.getCollection(),
                                collection -> searchBatch(collection, request, asked)));
    }

    private CompletableFuture<SearchBatchResponse> searchBatch(
            CollectionDefinition collection, SearchBatchRequest request, Asked asked) {
        if (request.getSearchesCount() > limits.batchSearches()) {
            throw tooMany("searches", request.getSearchesCount(), limits.batchSearches());
        }
        List<Query> queries = new ArrayList<>();
        for (SearchRequest search : request.getSearchesList()) {
            try {
                Query query = QueryMessages.query(search, limits);
                query.check(collection, limits);
                queries.add(query);
            } catch (OmenException e) {
                throw SearchBatch.at(queries.size(), e);
            }
        }
        SearchBatch.checkHits(queries.stream().mapToLong(Query::k).sum());
        return searches.searchAll(collection, queries, asked, limits.answer())
                .thenApply(
                        results -> {
                            SearchBatchResponse.Builder response = SearchBatchResponse.newBuilder();
                            for (int i = 0; i < results.size(); i++) {
                                response.addResults(
                                        FoundMessages.of(results.get(i), queries.get(i).fields()));
                            }
                            return response.build();
                        });
    }

    @Override
    public void hybridSearch(
            HybridSearchRequest request, StreamObserver<HybridSearchResponse> out) {
        calls.unary(
                request,
                out,
                Need.READ,
                request.getSearch().getCollection(),
                asked ->
                        in(
                                request.getSearch().getCollection(),
                                collection -> hybridSearch(collection, request, asked)));
    }

    private CompletableFuture<HybridSearchResponse> hybridSearch(
            CollectionDefinition collection, HybridSearchRequest request, Asked asked) {
        HybridQuery query = QueryMessages.query(request, limits);
        query.check(collection, limits);
        return searches.search(collection, query, asked)
                .thenApply(found -> FoundMessages.of(found.within(limits.answer()), query));
    }

    @Override
    public void count(CountRequest request, StreamObserver<CountResponse> out) {
        calls.unary(
                request,
                out,
                Need.READ,
                request.getCollection(),
                asked ->
                        in(
                                request.getCollection(),
                                collection -> count(collection, request, asked)));
    }

    private CompletableFuture<CountResponse> count(
            CollectionDefinition collection, CountRequest request, Asked asked) {
        CountJson count = QueryMessages.count(request, limits);
        count.check(collection, limits);
        return lookup.count(collection, count, asked)
                .thenApply(
                        counted ->
                                CountResponse.newBuilder()
                                        .setCount(counted.count())
                                        .setFreshness(FoundMessages.of(counted.freshness()))
                                        .build());
    }

    @Override
    public void scroll(ScrollRequest request, StreamObserver<ScrollResponse> out) {
        try {
            Calls.check(Need.READ, request.getCollection());
            CollectionDefinition collection = collections.require(request.getCollection());
            ScrollJson first = QueryMessages.scroll(request, limits);
            first.check(collection, limits);
            ScrollStream.start(scroller, calls, collection, request, first, out);
        } catch (RuntimeException e) {
            out.onError(Statuses.of(e));
        }
    }

    private static OmenException tooMany(String field, int found, int max) {
        return new OmenException(
                ErrorCode.TOO_LARGE,
                field + ": found " + found + ", expected at most " + max + " in one request");
    }
}
