package io.omendb.gateway.search;

import io.omendb.gateway.freshness.AppliedWait;
import io.omendb.gateway.freshness.Ends;
import io.omendb.gateway.freshness.Freshness;
import io.omendb.gateway.freshness.LogEnds;
import io.omendb.gateway.freshness.Token;
import io.omendb.gateway.shards.Asked;
import io.omendb.gateway.shards.Audience;
import io.omendb.gateway.shards.Deadline;
import io.omendb.gateway.shards.Gathered;
import io.omendb.gateway.shards.Shards;
import io.omendb.protocol.v1.SearchRequest;
import io.omendb.protocol.v1.SearchResponse;
import io.omendb.schema.CollectionDefinition;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Takes a checked query to every shard and merges what they find. Never blocks. */
final class Searcher {
    private final Shards shards;
    private final LogEnds ends;
    private final AppliedWait wait;

    Searcher(Shards shards, LogEnds ends, AppliedWait wait) {
        this.shards = shards;
        this.ends = ends;
        this.wait = wait;
    }

    /** Fails with OVERLOADED where too many searches are under way. */
    CompletableFuture<Found> search(CollectionDefinition collection, Query query, Asked asked) {
        return search(collection, query, asked, true);
    }

    /**
     * One of the searches of a batch, which bounds itself and would be refused whole for the sake
     * of one, or one that nobody waits for and shards answer when there is time.
     */
    CompletableFuture<Found> searchUnlimited(
            CollectionDefinition collection, Query query, Asked asked) {
        return search(collection, query, asked, false);
    }

    private CompletableFuture<Found> search(
            CollectionDefinition collection, Query query, Asked asked, boolean limited) {
        Deadline deadline = asked.deadline(query.timeoutMs());
        CompletableFuture<Ends> logEnds = ends.of(collection);
        return query.consistency()
                .awaited(collection, ends, deadline)
                .thenCompose(tokens -> audience(collection, query, tokens, deadline))
                .thenCompose(audience -> ask(collection, query, audience, limited))
                .thenCombine(
                        logEnds,
                        (gathered, known) ->
                                found(collection, query, gathered, known, asked.startNanos()));
    }

    /** The shards that have applied what is to be seen. */
    private CompletableFuture<Audience> audience(
            CollectionDefinition collection, Query query, List<Token> tokens, Deadline deadline) {
        return query.allowPartial()
                ? wait.untilSome(collection, tokens, deadline, 2)
                        .thenApply(some -> new Audience(deadline, true, some))
                : wait.until(collection, tokens, deadline)
                        .thenApply(applied -> Audience.all(deadline));
    }

    private CompletableFuture<Gathered<SearchResponse>> ask(
            CollectionDefinition collection, Query query, Audience audience, boolean limited) {
        SearchRequest request = query.request(collection, shards.count());
        if (limited) {
            return shards.search(
                    audience,
                    query.quick(collection),
                    stub -> stub.search(request),
                    SearchResponse::getTookUs);
        }
        return shards.ask(audience, stub -> stub.search(request));
    }

    private static Found found(
            CollectionDefinition collection,
            Query query,
            Gathered<SearchResponse> gathered,
            Ends logEnds,
            long startNanos) {
        Freshness freshness =
                Freshness.of(
                        collection,
                        gathered.values().stream().map(SearchResponse::getAppliedMap).toList(),
                        logEnds,
                        System.currentTimeMillis());
        return new Found(
                Found.merge(gathered, query.k()),
                System.nanoTime() - startNanos,
                freshness,
                gathered.total(),
                gathered.answers().size(),
                Found.device(gathered.values().stream().map(SearchResponse::getOnDevice).toList()));
    }
}
