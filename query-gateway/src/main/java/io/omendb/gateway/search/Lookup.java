package io.omendb.gateway.search;

import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.gateway.freshness.AppliedWait;
import io.omendb.gateway.freshness.Ends;
import io.omendb.gateway.freshness.Freshness;
import io.omendb.gateway.freshness.LogEnds;
import io.omendb.gateway.shards.Asked;
import io.omendb.gateway.shards.Deadline;
import io.omendb.gateway.shards.Gathered;
import io.omendb.gateway.shards.Shards;
import io.omendb.protocol.v1.CountRequest;
import io.omendb.protocol.v1.CountResponse;
import io.omendb.protocol.v1.GetRequest;
import io.omendb.protocol.v1.GetResponse;
import io.omendb.protocol.v1.Point;
import io.omendb.schema.CollectionDefinition;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** Looks points up by their ids and counts them, however it was asked for. Never blocks. */
public final class Lookup {
    private final Shards shards;
    private final LogEnds ends;
    private final AppliedWait wait;

    public Lookup(Shards shards, LogEnds ends, AppliedWait wait) {
        this.shards = shards;
        this.ends = ends;
        this.wait = wait;
    }

    /** How many there are. */
    record Counted(long count, Freshness freshness) {}

    /**
     * The points that exist, in the order of the ids.
     *
     * @return fails with UNAVAILABLE where one is missing and so is a shard, which may have it
     */
    CompletableFuture<List<Point>> get(
            CollectionDefinition collection, List<String> ids, Fields fields, Deadline deadline) {
        GetRequest request =
                GetRequest.newBuilder()
                        .setCollection(collection.name())
                        .setGeneration(collection.generation())
                        .addAllIds(ids)
                        .setInclude(fields.include())
                        .build();
        return shards.ask(deadline, true, stub -> stub.get(request))
                .thenApply(gathered -> found(ids, gathered));
    }

    private static List<Point> found(List<String> ids, Gathered<GetResponse> gathered) {
        Map<String, Point> found = new LinkedHashMap<>();
        gathered.values()
                .forEach(
                        answer ->
                                answer.getPointsList()
                                        .forEach(point -> found.put(point.getId(), point)));
        List<String> distinct = ids.stream().distinct().toList();
        if (found.size() < distinct.size() && !gathered.isComplete()) {
            throw new OmenException(
                    ErrorCode.UNAVAILABLE,
                    "Only "
                            + gathered.answers().size()
                            + " of "
                            + gathered.total()
                            + " shards answered, and none of them has the point.");
        }
        return distinct.stream().filter(found::containsKey).map(found::get).toList();
    }

    /** Counts what a checked question asks for. */
    CompletableFuture<Counted> count(
            CollectionDefinition collection, CountJson count, Asked asked) {
        CountRequest request =
                CountRequest.newBuilder()
                        .setCollection(collection.name())
                        .setGeneration(collection.generation())
                        .setFilterJson(count.filterJson())
                        .setCommitted(count.consistency().committed())
                        .build();
        Deadline deadline = asked.deadline(count.timeoutMs());
        CompletableFuture<Ends> logEnds = ends.of(collection);
        return count.consistency()
                .awaited(collection, ends, deadline)
                .thenCompose(tokens -> wait.until(collection, tokens, deadline))
                .thenCompose(applied -> shards.ask(deadline, false, stub -> stub.count(request)))
                .thenCombine(logEnds, (gathered, known) -> counted(collection, gathered, known));
    }

    private static Counted counted(
            CollectionDefinition collection, Gathered<CountResponse> gathered, Ends logEnds) {
        Freshness freshness =
                Freshness.of(
                        collection,
                        gathered.values().stream().map(CountResponse::getAppliedMap).toList(),
                        logEnds,
                        System.currentTimeMillis());
        return new Counted(
                gathered.values().stream().mapToLong(CountResponse::getCount).sum(), freshness);
    }
}
