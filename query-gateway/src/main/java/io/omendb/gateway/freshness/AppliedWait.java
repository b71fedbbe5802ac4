package io.omendb.gateway.freshness;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.omendb.ErrorCode;
import io.omendb.gateway.http.Problem;
import io.omendb.gateway.shards.Deadline;
import io.omendb.gateway.shards.Departure;
import io.omendb.gateway.shards.Gathered;
import io.omendb.gateway.shards.Shards;
import io.omendb.protocol.ShardAddress;
import io.omendb.protocol.v1.AwaitAppliedRequest;
import io.omendb.protocol.v1.AwaitAppliedResponse;
import io.omendb.schema.CollectionDefinition;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Waits until every shard has applied some writes. */
public final class AppliedWait {
    /** Time for the shard's own timeout to come back, so that the lag is known. */
    private static final int ANSWER_MS = 500;

    /** From then on it is worth a look whether there is anything to wait for. */
    private static final long LONG_MS = 50;

    private final Shards shards;
    private final LogEnds ends;

    public AppliedWait(Shards shards, LogEnds ends) {
        this.shards = shards;
        this.ends = ends;
    }

    /**
     * Waits for the writes these tokens name.
     *
     * @return the writes that are applied now: those of the tokens, or where a token is no record's
     *     the last record before it; fails with TIMEOUT and the lag where they are not applied in
     *     time
     */
    public CompletableFuture<List<Token>> until(
            CollectionDefinition collection, List<Token> tokens, Deadline deadline) {
        return forRecords(
                collection,
                tokens,
                deadline,
                (wanted, until) -> untilAll(collection, wanted, until));
    }

    private CompletableFuture<List<Token>> untilAll(
            CollectionDefinition collection, List<Token> tokens, Deadline deadline) {
        if (tokens.isEmpty()) {
            return CompletableFuture.completedFuture(tokens);
        }
        AwaitAppliedRequest request = request(collection, tokens, deadline.leftMs());
        return shards.ask(deadline.later(ANSWER_MS), false, stub -> stub.awaitApplied(request))
                .thenCompose(
                        gathered ->
                                reached(gathered).size() == gathered.answers().size()
                                        ? CompletableFuture.completedFuture(tokens)
                                        : late(collection, tokens, deadline, gathered));
    }

    /**
     * Waits until some shards at least have applied the writes: for all of them for a part of the
     * time, then for the first.
     *
     * @param steps how many steps the time is for, this one included
     * @return the shards that have, null for all where there is nothing to wait for; fails with
     *     TIMEOUT and the lag where none has, with UNAVAILABLE where none answers
     */
    public CompletableFuture<@Nullable Set<ShardAddress>> untilSome(
            CollectionDefinition collection, List<Token> tokens, Deadline deadline, int steps) {
        return forRecords(
                collection,
                tokens,
                deadline,
                (wanted, until) -> untilSome(steps, collection, wanted, until));
    }

    private CompletableFuture<@Nullable Set<ShardAddress>> untilSome(
            int steps, CollectionDefinition collection, List<Token> tokens, Deadline deadline) {
        if (tokens.isEmpty()) {
            return CompletableFuture.completedFuture(null);
        }
        return ask(collection, tokens, deadline.share(steps))
                .handle(
                        (gathered, failure) -> {
                            Set<ShardAddress> first =
                                    failure == null ? reached(gathered) : Set.of();
                            return first.isEmpty()
                                    ? untilFirst(collection, tokens, deadline)
                                    : CompletableFuture
                                            .<@Nullable Set<ShardAddress>>completedFuture(first);
                        })
                .thenCompose(found -> found);
    }

    private CompletableFuture<@Nullable Set<ShardAddress>> untilFirst(
            CollectionDefinition collection, List<Token> tokens, Deadline deadline) {
        return ask(collection, tokens, deadline)
                .thenCompose(
                        gathered -> {
                            Set<ShardAddress> found = reached(gathered);
                            return found.isEmpty()
                                    ? late(collection, tokens, deadline, gathered)
                                    : CompletableFuture.completedFuture(found);
                        });
    }

    /**
     * Waits, and if that takes long, sees whether there are records at all where the tokens point:
     * a log may end with the end of a transaction, of which no shard ever hears. Then it is the
     * records before that are waited for.
     */
    private <T> CompletableFuture<T> forRecords(
            CollectionDefinition collection,
            List<Token> tokens,
            Deadline deadline,
            BiFunction<List<Token>, Deadline, CompletableFuture<T>> wait) {
        if (tokens.isEmpty()) {
            return wait.apply(tokens, deadline);
        }
        Departure instead = new Departure();
        Runnable leave = instead::happen;
        deadline.gone().watch(leave);
        CompletableFuture<T> waiting = wait.apply(tokens, deadline.unless(instead));
        CompletableFuture<T> result = new CompletableFuture<>();
        result.whenComplete((reached, failure) -> deadline.gone().forget(leave));
        AtomicBoolean decided = new AtomicBoolean();
        waiting.whenComplete(
                (reached, failure) -> {
                    if (!decided.getAndSet(true)) {
                        copy(reached, failure, result);
                    }
                });
        if (!waiting.isDone()) {
            look(
                    collection,
                    tokens,
                    LONG_MS,
                    waiting,
                    records -> {
                        if (!decided.getAndSet(true)) {
                            instead.happen();
                            // Whatever fails here, somebody waits for the result.
                            CompletableFuture.completedFuture(records)
                                    .thenCompose(wanted -> wait.apply(wanted, deadline))
                                    .whenComplete(
                                            (reached, failure) -> copy(reached, failure, result));
                        }
                    });
        }
        return result;
    }

    /** Looks for records, less and less often while it is waited for. */
    private void look(
            CollectionDefinition collection,
            List<Token> tokens,
            long afterMs,
            CompletableFuture<?> waiting,
            Consumer<List<Token>> found) {
        Executor later = CompletableFuture.delayedExecutor(afterMs, TimeUnit.MILLISECONDS);
        later.execute(
                () -> {
                    if (waiting.isDone()) {
                        return;
                    }
                    ends.records(tokens)
                            .thenAccept(
                                    records -> {
                                        if (records.equals(tokens)) {
                                            look(collection, tokens, 4 * afterMs, waiting, found);
                                        } else {
                                            found.accept(ofCollection(collection, records));
                                        }
                                    });
                });
    }

    /** Without records of a collection that was dropped. */
    private static List<Token> ofCollection(CollectionDefinition collection, List<Token> records) {
        return records.stream()
                .filter(
                        record ->
                                record.offset() >= Ends.first(collection, record.topicPartition()))
                .toList();
    }

    private static <T> void copy(
            T reached, @Nullable Throwable failure, CompletableFuture<T> result) {
        if (failure == null) {
            result.complete(reached);
        } else {
            result.completeExceptionally(failure);
        }
    }

    /** A shard says in time that it has not, so that one that says nothing is told from it. */
    private CompletableFuture<Gathered<AwaitAppliedResponse>> ask(
            CollectionDefinition collection, List<Token> tokens, Deadline deadline) {
        long leftMs = deadline.leftMs();
        AwaitAppliedRequest request =
                request(collection, tokens, leftMs - Math.min(ANSWER_MS, leftMs / 4));
        return shards.ask(deadline, true, stub -> stub.awaitApplied(request));
    }

    private static AwaitAppliedRequest request(
            CollectionDefinition collection, List<Token> tokens, long timeoutMs) {
        return AwaitAppliedRequest.newBuilder()
                .setCollection(collection.name())
                .putAllPositions(highest(tokens))
                .setTimeoutMs(timeoutMs)
                .build();
    }

    private static Map<String, Long> highest(List<Token> tokens) {
        return tokens.stream().collect(Collectors.toMap(Token::source, Token::offset, Math::max));
    }

    private static Set<ShardAddress> reached(Gathered<AwaitAppliedResponse> gathered) {
        return gathered.answers().stream()
                .filter(answer -> answer.value().getReached())
                .map(Gathered.Answer::shard)
                .collect(Collectors.toUnmodifiableSet());
    }

    private <T> CompletableFuture<T> late(
            CollectionDefinition collection,
            List<Token> tokens,
            Deadline deadline,
            Gathered<AwaitAppliedResponse> gathered) {
        // As it ends now: what it was when the wait began says nothing about a newer write.
        return ends.of(collection)
                .thenApply(
                        logEnds -> {
                            throw late(collection, tokens, deadline, gathered, logEnds);
                        });
    }

    /** A token of what nobody has written, if one of them is. */
    private static Optional<String> beyond(List<Token> tokens, Ends logEnds) {
        if (!logEnds.isKnown()) {
            return Optional.empty();
        }
        return tokens.stream()
                .filter(
                        token ->
                                token.offset()
                                        >= logEnds.next().getOrDefault(token.topicPartition(), 0L))
                .findFirst()
                .map(
                        token -> {
                            Long end = logEnds.next().get(token.topicPartition());
                            return end == null
                                    ? token + " is of a partition that the topic does not have."
                                    : token
                                            + " was not written yet: the log ends before "
                                            + end
                                            + ".";
                        });
    }

    private static String lag(Freshness freshness) {
        return freshness.lagRecords() == null
                ? "Kafka does not tell how many records are still to be applied."
                : freshness.lagRecords() + " records are still to be applied.";
    }

    private static Problem late(
            CollectionDefinition collection,
            List<Token> tokens,
            Deadline deadline,
            Gathered<AwaitAppliedResponse> gathered,
            Ends logEnds) {
        Freshness freshness =
                Freshness.of(
                        collection,
                        gathered.values().stream()
                                .map(AwaitAppliedResponse::getAppliedMap)
                                .toList(),
                        logEnds,
                        System.currentTimeMillis());
        ObjectNode extensions = JsonNodeFactory.instance.objectNode();
        extensions.set("freshness", freshness.json());
        ArrayNode waited = extensions.putArray("waited_for");
        tokens.forEach(token -> waited.add(token.toString()));
        return Problem.of(
                ErrorCode.TIMEOUT,
                "Not applied within "
                        + deadline.timeoutMs()
                        + " ms; "
                        + beyond(tokens, logEnds).orElseGet(() -> lag(freshness)),
                extensions);
    }
}
