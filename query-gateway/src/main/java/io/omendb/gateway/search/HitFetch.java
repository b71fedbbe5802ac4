package io.omendb.gateway.search;

import com.google.common.util.concurrent.ListenableFuture;
import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.gateway.shards.Deadline;
import io.omendb.gateway.shards.Gathered;
import io.omendb.gateway.shards.Shards;
import io.omendb.protocol.ShardAddress;
import io.omendb.protocol.v1.FetchRequest;
import io.omendb.protocol.v1.FetchResponse;
import io.omendb.protocol.v1.Point;
import io.omendb.protocol.v1.ShardServiceGrpc.ShardServiceFutureStub;
import io.omendb.schema.CollectionDefinition;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;

/**
 * Gets the content of the hits that are answered. Shards put forward some hundred candidates, of
 * which a few are; their metadata and texts would outweigh everything else.
 */
final class HitFetch {
    private final Shards shards;

    HitFetch(Shards shards) {
        this.shards = shards;
    }

    /**
     * Hits with their content.
     *
     * @param shardsLost shards that found some and did not answer any more
     */
    record Fetched(List<Fused> hits, int shardsLost) {}

    /**
     * The hits with their content; one whose point went in the meantime is left out, and where the
     * query allows it one whose shard does not answer.
     */
    CompletableFuture<Fetched> fetch(
            CollectionDefinition collection,
            HybridQuery query,
            List<Fused> hits,
            Deadline deadline) {
        Fields fields = query.base().fields();
        if (hits.isEmpty() || !isNeeded(query)) {
            return CompletableFuture.completedFuture(new Fetched(hits, 0));
        }
        Map<ShardAddress, FetchRequest.Builder> requests = new LinkedHashMap<>();
        for (Fused hit : hits) {
            requests.computeIfAbsent(
                            hit.candidate().shard(),
                            any ->
                                    FetchRequest.newBuilder()
                                            .setCollection(collection.name())
                                            .setGeneration(collection.generation())
                                            .setCommitted(query.base().consistency().committed())
                                            .setInclude(fields.include()))
                    .addIds(hit.candidate().id())
                    .addLocations(hit.candidate().location());
        }
        Map<ShardAddress, Function<ShardServiceFutureStub, ListenableFuture<FetchResponse>>>
                questions = new LinkedHashMap<>();
        requests.forEach(
                (shard, request) -> {
                    FetchRequest built = request.build();
                    questions.put(shard, stub -> stub.fetch(built));
                });
        boolean partial = query.base().allowPartial();
        return shards.askEach(deadline, partial, questions)
                .handle(
                        (gathered, failure) -> {
                            if (failure == null) {
                                return new Fetched(
                                        filled(hits, gathered),
                                        questions.size() - gathered.answers().size());
                            }
                            if (partial && isUnavailable(failure)) {
                                return new Fetched(List.of(), questions.size());
                            }
                            throw failure instanceof CompletionException known
                                    ? known
                                    : new CompletionException(failure);
                        });
    }

    private static boolean isUnavailable(Throwable failure) {
        Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
        return cause instanceof OmenException known && known.code() == ErrorCode.UNAVAILABLE;
    }

    /** Whether hits have any content that is asked for. */
    static boolean isNeeded(HybridQuery query) {
        return query.base().fields().metadata() || query.base().fields().vector();
    }

    private static List<Fused> filled(List<Fused> hits, Gathered<FetchResponse> gathered) {
        Map<String, Point> points = new HashMap<>();
        for (FetchResponse answer : gathered.values()) {
            answer.getPointsList().forEach(point -> points.put(point.getId(), point));
        }
        List<Fused> filled = new ArrayList<>();
        for (Fused hit : hits) {
            Point point = points.get(hit.candidate().id());
            if (point != null) {
                filled.add(hit.with(point));
            }
        }
        return filled;
    }
}
