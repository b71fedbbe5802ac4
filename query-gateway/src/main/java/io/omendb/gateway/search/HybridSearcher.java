package io.omendb.gateway.search;

import io.omendb.gateway.freshness.AppliedWait;
import io.omendb.gateway.freshness.Freshness;
import io.omendb.gateway.freshness.LogEnds;
import io.omendb.gateway.shards.Asked;
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
import java.util.Map;
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
        boolean partial = query.base().allowPartial();
        CompletableFuture<Map<Integer, Long>> logEnds = ends.of(collection);
        return query.base()
                .consistency()
                .awaited(collection, ends, deadline)
                .thenCompose(
                        tokens ->
                                partial
                                        ? wait.until(collection, tokens, deadline.share(4), true)
                                        : wait.until(collection, tokens, deadline))
                .thenCompose(
                        applied ->
                                statistics(
                                        collection, query, partial ? deadline.share(3) : deadline))
                .thenCompose(
                        statistics ->
                                ask(
                                        collection,
                                        query,
                                        statistics,
                                        partial ? deadline.share(2) : deadline))
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
            CollectionDefinition collection, HybridQuery query, Deadline deadline) {
        if (!query.hasText() || shards.count() == 1) {
            return CompletableFuture.completedFuture(Optional.empty());
        }
        TermsRequest request = query.termsRequest(collection);
        return shards.ask(deadline, query.base().allowPartial(), stub -> stub.terms(request))
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
            Deadline deadline) {
        HybridRequest request = query.request(collection, statistics.orElse(null), shards.count());
        return shards.search(
                deadline,
                query.base().allowPartial(),
                null,
                stub -> stub.hybrid(request),
                HybridResponse::getTookUs);
    }

    private static HybridFound found(
            CollectionDefinition collection,
            HitFetch.Fetched fetched,
            Gathered<HybridResponse> gathered,
            Map<Integer, Long> logEnds,
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
