package io.omendb.gateway.search;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.gateway.freshness.LogEnds;
import io.omendb.gateway.freshness.Token;
import io.omendb.gateway.http.Problem;
import io.omendb.gateway.shards.Deadline;
import io.omendb.record.StrictJson;
import io.omendb.schema.CollectionDefinition;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * What a query must see.
 *
 * @param after the writes that must be applied first, whatever the age
 * @param ageMs everything written so long before the query arrived must be, too; 0 for all that was
 *     written before, {@link #ANY_AGE} for nothing
 * @param committed only what no failure takes back may be seen
 */
record Consistency(List<Token> after, long ageMs, boolean committed) {
    static final Consistency EVENTUAL = new Consistency(List.of(), Consistency.ANY_AGE, false);
    static final Consistency STRONG = new Consistency(List.of(), 0, false);
    static final Consistency COMMITTED = new Consistency(List.of(), Consistency.ANY_AGE, true);
    private static final long ANY_AGE = Long.MAX_VALUE;
    private static final long AGE_MS_MAX = 86_400_000;

    private static final String SUPPORTED =
            "expected \"eventual\", \"strong\", \"committed\", {\"after\": [tokens]} or"
                    + " {\"bounded_ms\": 200}";

    static Consistency after(List<Token> tokens) {
        return new Consistency(tokens, ANY_AGE, false);
    }

    static Consistency bounded(int ageMs) {
        if (ageMs < 0 || ageMs > AGE_MS_MAX) {
            throw OmenException.invalid(
                    "consistency.bounded_ms: found " + ageMs + ", expected 0 to " + AGE_MS_MAX);
        }
        return new Consistency(List.of(), ageMs, false);
    }

    /** Reads the value the parser stands on. */
    static Consistency read(JsonParser parser) throws IOException {
        if (parser.currentToken() == JsonToken.VALUE_STRING) {
            return switch (parser.getText()) {
                case "eventual" -> EVENTUAL;
                case "strong" -> STRONG;
                case "committed" -> COMMITTED;
                default ->
                        throw OmenException.invalid(
                                "consistency: found \"" + parser.getText() + "\", " + SUPPORTED);
            };
        }
        if (parser.currentToken() != JsonToken.START_OBJECT) {
            throw StrictJson.unexpected(parser, "consistency", "a level's name or an object");
        }
        Consistency found = null;
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String field = parser.currentName();
            parser.nextToken();
            if (found != null) {
                throw OmenException.invalid("consistency: found more than one level, " + SUPPORTED);
            }
            found =
                    switch (field) {
                        case "after" -> after(tokens(parser));
                        case "bounded_ms" ->
                                bounded(StrictJson.integer(parser, "consistency.bounded_ms"));
                        default ->
                                throw OmenException.invalid(
                                        "consistency: found " + field + ", " + SUPPORTED);
                    };
        }
        if (found == null) {
            throw OmenException.malformed("consistency: found nothing, " + SUPPORTED);
        }
        return found;
    }

    private static List<Token> tokens(JsonParser parser) throws IOException {
        if (parser.currentToken() != JsonToken.START_ARRAY) {
            throw StrictJson.unexpected(parser, "consistency.after", "an array of tokens");
        }
        List<Token> tokens = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            String field = "consistency.after[" + tokens.size() + "]";
            tokens.add(Token.parse(field, StrictJson.string(parser, field)));
        }
        return tokens;
    }

    /** Checks that no token is of another collection's topic. */
    void check(CollectionDefinition collection) {
        for (int i = 0; i < after.size(); i++) {
            String topic = after.get(i).topic();
            if (CollectionDefinition.isReserved(topic) && !topic.equals(collection.topic())) {
                throw stranger(i, "one of the collection's topic " + collection.topic());
            }
        }
    }

    /** Checks that all tokens are of topics that the collection is read from. */
    private void checkAll(Set<String> topics) {
        for (int i = 0; i < after.size(); i++) {
            if (!topics.contains(after.get(i).topic())) {
                throw stranger(
                        i,
                        "one of a topic that feeds the collection: "
                                + String.join(", ", new TreeSet<>(topics)));
            }
        }
    }

    private OmenException stranger(int index, String expected) {
        return OmenException.invalid(
                "consistency.after["
                        + index
                        + "]: found a token of topic "
                        + after.get(index).topic()
                        + ", expected "
                        + expected);
    }

    /**
     * For what sees at least as much as a query that has waited for these writes; where nothing was
     * lost since, that takes no time.
     */
    Consistency afterWaiting(List<Token> applied) {
        return new Consistency(applied, ANY_AGE, committed);
    }

    /** What was waited for before. */
    Consistency withoutWaiting() {
        return committed ? COMMITTED : EVENTUAL;
    }

    /**
     * The last writes that must be applied before the query is answered.
     *
     * @throws OmenException INVALID naming a token that is of no topic of the collection
     * @return fails with TIMEOUT where Kafka does not tell in time what was written last
     */
    CompletableFuture<List<Token>> awaited(
            CollectionDefinition collection, LogEnds ends, Deadline deadline) {
        if (ageMs == ANY_AGE) {
            checkAll(after.isEmpty() ? Set.of() : ends.topics(collection));
            return CompletableFuture.completedFuture(after);
        }
        return ends.of(collection, ageMs)
                .thenApply(found -> found.last(collection))
                .orTimeout(Math.max(1, deadline.leftMs()), TimeUnit.MILLISECONDS)
                .exceptionally(failure -> late(failure, deadline));
    }

    private static List<Token> late(Throwable failure, Deadline deadline) {
        if (!(failure instanceof TimeoutException)) {
            throw failure instanceof CompletionException known
                    ? known
                    : new CompletionException(failure);
        }
        ObjectNode extensions = JsonNodeFactory.instance.objectNode();
        ObjectNode freshness = extensions.putObject("freshness");
        freshness.putObject("applied");
        freshness.putNull("lag_records");
        freshness.putNull("lag_ms");
        throw Problem.of(
                ErrorCode.TIMEOUT,
                "Kafka did not tell within "
                        + deadline.timeoutMs()
                        + " ms what was written last, so that the lag is not known.",
                extensions);
    }
}
