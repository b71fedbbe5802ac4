package io.omendb.gateway.search;

import io.omendb.OmenException;
import io.omendb.gateway.embed.TextVectors;
import io.omendb.gateway.freshness.AppliedWait;
import io.omendb.gateway.freshness.LogEnds;
import io.omendb.gateway.http.AnswerBytes;
import io.omendb.gateway.shards.Asked;
import io.omendb.gateway.shards.Deadline;
import io.omendb.gateway.shards.Shards;
import io.omendb.schema.CollectionDefinition;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.DoubleConsumer;
import java.util.function.LongConsumer;

/** What can be searched for, however it was asked for, and measured. Never blocks. */
public final class Searches {
    private final TextVectors texts;
    private final Searcher searcher;
    private final HybridSearcher hybrid;
    private final LongConsumer tookNanos;
    private final RecallSampler recall;

    /**
     * @param texts makes vectors of the texts that are searched for
     * @param tookNanos hears how long each search took
     * @param recall hears the recall at 10 of some of them
     */
    public Searches(
            TextVectors texts,
            Shards shards,
            LogEnds ends,
            AppliedWait wait,
            LongConsumer tookNanos,
            DoubleConsumer recall) {
        this.texts = texts;
        this.searcher = new Searcher(shards, ends, wait);
        this.hybrid = new HybridSearcher(shards, ends, wait);
        this.tookNanos = tookNanos;
        this.recall = new RecallSampler(searcher, recall);
    }

    /** Answers a checked query. */
    CompletableFuture<Found> search(CollectionDefinition collection, Query query, Asked asked) {
        return query.text() == null
                ? observed(collection, query, searcher.search(collection, query, asked))
                : embedded(collection, List.of(query), asked)
                        .thenCompose(
                                ready ->
                                        observed(
                                                collection,
                                                ready.get(0),
                                                searcher.search(collection, ready.get(0), asked)));
    }

    /**
     * Answers checked queries, in order, a few at a time. The time of each begins when it is its
     * turn, less what making vectors of all texts has taken, which happens at once.
     *
     * @param bytes counts what is found, and refuses what is too large for an answer
     * @return fails as soon as one of them does
     */
    CompletableFuture<List<Found>> searchAll(
            CollectionDefinition collection, List<Query> queries, Asked asked, AnswerBytes bytes) {
        if (queries.stream().allMatch(query -> query.text() == null)) {
            return SearchBatch.run(
                    queries, query -> inBatch(collection, query, asked.now()), bytes);
        }
        Asked now = asked.now();
        return embedded(collection, queries, now)
                .thenCompose(
                        ready -> {
                            long spent = System.nanoTime() - now.startNanos();
                            return SearchBatch.run(
                                    ready,
                                    query -> inBatch(collection, query, asked.nowAfter(spent)),
                                    bytes);
                        });
    }

    /** The queries with the vectors of their texts, all asked for together. */
    private CompletableFuture<List<Query>> embedded(
            CollectionDefinition collection, List<Query> queries, Asked asked) {
        List<String> said = new ArrayList<>();
        int timeoutMs = Integer.MAX_VALUE;
        for (Query query : queries) {
            if (query.text() != null) {
                said.add(query.text());
                timeoutMs = Math.min(timeoutMs, query.timeoutMs());
            }
        }
        Deadline deadline = asked.deadline(timeoutMs);
        return texts.ofQueries(collection, said, deadline)
                .thenApply(vectors -> withVectors(collection, queries, vectors));
    }

    private static List<Query> withVectors(
            CollectionDefinition collection, List<Query> queries, List<float[]> vectors) {
        List<Query> ready = new ArrayList<>(queries);
        int next = 0;
        for (int i = 0; i < ready.size(); i++) {
            if (ready.get(i).text() != null) {
                try {
                    ready.set(i, ready.get(i).withVector(collection, vectors.get(next++)));
                } catch (OmenException e) {
                    throw queries.size() == 1 ? e : SearchBatch.at(i, e);
                }
            }
        }
        return ready;
    }

    private CompletableFuture<Found> inBatch(
            CollectionDefinition collection, Query query, Asked asked) {
        return observed(collection, query, searcher.searchUnlimited(collection, query, asked));
    }

    private CompletableFuture<Found> observed(
            CollectionDefinition collection, Query query, CompletableFuture<Found> search) {
        return search.thenApply(
                found -> {
                    tookNanos.accept(found.tookNanos());
                    recall.answered(collection, query, found);
                    return found;
                });
    }

    /** Answers a checked query. */
    CompletableFuture<HybridFound> search(
            CollectionDefinition collection, HybridQuery query, Asked asked) {
        if (!query.isToEmbed(collection)) {
            return ready(collection, query, asked);
        }
        Deadline deadline = asked.deadline(query.base().timeoutMs());
        return texts.ofQueries(collection, List.of(Objects.requireNonNull(query.text())), deadline)
                .thenCompose(
                        vectors ->
                                ready(
                                        collection,
                                        query.withVector(collection, vectors.get(0)),
                                        asked));
    }

    private CompletableFuture<HybridFound> ready(
            CollectionDefinition collection, HybridQuery query, Asked asked) {
        return hybrid.search(collection, query, asked)
                .thenApply(
                        found -> {
                            tookNanos.accept(found.found().tookNanos());
                            return found;
                        });
    }
}
