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
import io.omendb.protocol.v1.HybridRequest;
import io.omendb.protocol.v1.HybridResponse;
import io.omendb.protocol.v1.TermStatistics;
import io.omendb.protocol.v1.TermsRequest;
import io.omendb.protocol.v1.TermsResponse;
import io.omendb.schema.CollectionDefinition;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Takes a checked hybrid query to every shard and fuses what they find. Where there are several
 * shards they are asked first how common the words are, so that a point's score does not depend on
 * the shard it is in. Never blocks.
 */
final class HybridSearcher {
    private final Shards shards;
    private final LogEnds ends;
    private final AppliedWait wait;
    private final HitFetch fetch;

    HybridSearcher(Shards shards, LogEnds ends, AppliedWait wait) {
        this.shards = shards;
        this.ends = ends;
        this.wait = wait;
        this.fetch = new HitFetch(shards);
    }

    CompletableFuture<HybridFound> search(
            CollectionDefinition collection, HybridQuery query, Asked asked) {
        Deadline deadline = asked.deadline(query.base().timeoutMs());
        int fetching = HitFetch.isNeeded(query) ? 1 : 0;
        int counting = isCounted(query) ? 1 : 0;
        CompletableFuture<Ends> logEnds = ends.of(collection);
        return query.base()
                .consistency()
                .awaited(collection, ends, deadline)
                .thenCompose(
                        tokens ->
                                audience(
                                        collection,
                                        query,
                                        tokens,
                                        deadline,
                                        2 + counting + fetching))
                .thenCompose(
                        audience ->
                                statistics(collection, query, step(audience, 2 + fetching))
                                        .thenCompose(
                                                statistics ->
                                                        ask(
                                                                collection,
                                                                query,
                                                                statistics,
                                                                step(audience, 1 + fetching))))
                .thenCompose(
                        gathered ->
                                fetch.fetch(
                                                collection,
                                                query,
                                                fuse(collection, query, gathered),
                                                deadline)
                                        .thenCombine(
                                                logEnds,
                                                (fetched, known) ->
                                                        found(
                                                                collection,
                                                                fetched,
                                                                gathered,
                                                                known,
                                                                asked.startNanos())));
    }

    /** The shards that have applied what is to be seen. */
    private CompletableFuture<Audience> audience(
            CollectionDefinition collection,
            HybridQuery query,
            List<Token> tokens,
            Deadline deadline,
            int steps) {
        return query.base().allowPartial()
                ? wait.untilSome(collection, tokens, deadline, steps)
                        .thenApply(some -> new Audience(deadline, true, some))
                : wait.until(collection, tokens, deadline)
                        .thenApply(applied -> Audience.all(deadline));
    }

    /** Where shards may be missing, one step is not to wait for them until all time is gone. */
    private static Audience step(Audience audience, int steps) {
        return audience.allowPartial()
                ? audience.until(audience.deadline().share(steps))
                : audience;
    }

    private boolean isCounted(HybridQuery query) {
        return query.hasText() && shards.count() > 1;
    }

    private static List<Fused> fuse(
            CollectionDefinition collection, HybridQuery query, Gathered<HybridResponse> gathered) {
        List<Candidate> candidates = new ArrayList<>();
        for (Gathered.Answer<HybridResponse> answer : gathered.answers()) {
            answer.value()
                    .getCandidatesList()
                    .forEach(
                            message ->
                                    candidates.add(
                                            Candidate.of(
                                                    message,
                                                    answer.shard(),
                                                    collection.schema().metric())));
        }
        return query.fusion().fuse(candidates, query);
    }

    private CompletableFuture<Optional<TermStatistics>> statistics(
            CollectionDefinition collection, HybridQuery query, Audience audience) {
        if (!isCounted(query)) {
            return CompletableFuture.completedFuture(Optional.empty());
        }
        TermsRequest request = query.termsRequest(collection);
        return shards.ask(audience, stub -> stub.terms(request))
                .thenApply(gathered -> Optional.of(sum(gathered)));
    }

    /** The shards add them up: these are lists in which a term may occur once a shard. */
    private static TermStatistics sum(Gathered<TermsResponse> gathered) {
        TermStatistics.Builder sum = TermStatistics.newBuilder();
        gathered.values().forEach(answer -> sum.mergeFrom(answer.getStatistics()));
        return sum.build();
    }

    private CompletableFuture<Gathered<HybridResponse>> ask(
            CollectionDefinition collection,
            HybridQuery query,
            Optional<TermStatistics> statistics,
            Audience audience) {
        HybridRequest request = query.request(collection, statistics.orElse(null), shards.count());
        return shards.search(
                audience, null, stub -> stub.hybrid(request), HybridResponse::getTookUs);
    }

    private static HybridFound found(
            CollectionDefinition collection,
            HitFetch.Fetched fetched,
            Gathered<HybridResponse> gathered,
            Ends logEnds,
            long startNanos) {
        Freshness freshness =
                Freshness.of(
                        collection,
                        gathered.values().stream().map(HybridResponse::getAppliedMap).toList(),
                        logEnds,
                        System.currentTimeMillis());
        return new HybridFound(
                fetched.hits(),
                new Found(
                        List.of(),
                        System.nanoTime() - startNanos,
                        freshness,
                        gathered.total(),
                        gathered.answers().size() - fetched.shardsLost(),
                        Found.device(
                                gathered.values().stream()
                                        .map(HybridResponse::getOnDevice)
                                        .toList())));
    }
}
