package io.omendb.gateway.freshness;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.omendb.ErrorCode;
import io.omendb.gateway.http.Problem;
import io.omendb.gateway.shards.Deadline;
import io.omendb.gateway.shards.Gathered;
import io.omendb.gateway.shards.Shards;
import io.omendb.protocol.v1.AwaitAppliedRequest;
import io.omendb.protocol.v1.AwaitAppliedResponse;
import io.omendb.schema.CollectionDefinition;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;

/** Waits until every shard has applied some writes. */
public final class AppliedWait {
    /** Time for the shard's own timeout to come back, so that the lag is known. */
    private static final int ANSWER_MS = 500;

    private final Shards shards;
    private final LogEnds ends;

    public AppliedWait(Shards shards, LogEnds ends) {
        this.shards = shards;
        this.ends = ends;
    }

    /**
     * Waits for the writes these tokens name, on all shards.
     *
     * @return fails with TIMEOUT and the lag where they are not applied in time
     */
    public CompletableFuture<Void> until(
            CollectionDefinition collection, List<Token> tokens, Deadline deadline) {
        return until(collection, tokens, deadline, false);
    }

    /**
     * Waits for the writes these tokens name.
     *
     * @param allowPartial whether a shard that does not answer is gone without
     * @return fails with TIMEOUT and the lag where they are not applied in time
     */
    public CompletableFuture<Void> until(
            CollectionDefinition collection,
            List<Token> tokens,
            Deadline deadline,
            boolean allowPartial) {
        if (tokens.isEmpty()) {
            return CompletableFuture.completedFuture(null);
        }
        AwaitAppliedRequest request =
                AwaitAppliedRequest.newBuilder()
                        .setCollection(collection.name())
                        .putAllPositions(highest(tokens))
                        .setTimeoutMs(deadline.leftMs())
                        .build();
        Deadline answer = deadline.later(ANSWER_MS);
        return shards.ask(answer, allowPartial, stub -> stub.awaitApplied(request))
                .thenCombine(
                        ends.of(collection),
                        (gathered, logEnds) -> {
                            if (!allReached(gathered)) {
                                throw late(collection, tokens, deadline, gathered, logEnds);
                            }
                            return null;
                        });
    }

    private static Map<String, Long> highest(List<Token> tokens) {
        return tokens.stream().collect(Collectors.toMap(Token::source, Token::offset, Math::max));
    }

    private static boolean allReached(Gathered<AwaitAppliedResponse> gathered) {
        return gathered.values().stream().allMatch(AwaitAppliedResponse::getReached);
    }

    /** A token of what nobody has written, if one of them is. */
    private static Optional<String> beyond(List<Token> tokens, Map<Integer, Long> logEnds) {
        if (logEnds.isEmpty()) {
            return Optional.empty();
        }
        return tokens.stream()
                .filter(token -> token.offset() >= logEnds.getOrDefault(token.partition(), 0L))
                .findFirst()
                .map(
                        token -> {
                            Long end = logEnds.get(token.partition());
                            return end == null
                                    ? token + " is of a partition that the topic does not have."
                                    : token + " was not written yet: the log ends before " + end;
                        });
    }

    private static Problem late(
            CollectionDefinition collection,
            List<Token> tokens,
            Deadline deadline,
            Gathered<AwaitAppliedResponse> gathered,
            Map<Integer, Long> logEnds) {
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
                        + beyond(tokens, logEnds)
                                .orElseGet(
                                        () ->
                                                freshness.lagRecords()
                                                        + " records are still to be applied."),
                extensions);
    }
}
