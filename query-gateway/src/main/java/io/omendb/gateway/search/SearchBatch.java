package io.omendb.gateway.search;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.gateway.http.AnswerBytes;
import io.omendb.gateway.http.Limits;
import io.omendb.record.StrictJson;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/** Several searches in one request, a few of them under way at a time. */
final class SearchBatch {
    /** The shards answer from bounded pools, which one batch must not fill. */
    private static final int CONCURRENT_MAX = 8;

    private SearchBatch() {}

    /** Reads {@code {"searches": [...]}}. */
    static List<Query> read(byte[] body, int searchesMax, int timeoutMsDefault) {
        try (JsonParser parser = StrictJson.parser(body)) {
            if (parser.currentToken() != JsonToken.START_OBJECT) {
                throw StrictJson.unexpected(parser, "body", "an object with searches");
            }
            List<Query> queries = null;
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String field = parser.currentName();
                parser.nextToken();
                if (!field.equals("searches")) {
                    throw OmenException.malformed(
                            field + ": found an unknown field, expected searches");
                }
                queries = queries(parser, searchesMax, timeoutMsDefault);
            }
            StrictJson.expectEnd(parser, "the batch");
            if (queries == null) {
                throw OmenException.malformed(
                        "searches: found nothing, expected an array of searches");
            }
            checkHits(queries.stream().mapToLong(Query::k).sum());
            return queries;
        } catch (IOException e) {
            throw StrictJson.malformed(e);
        }
    }

    private static List<Query> queries(JsonParser parser, int searchesMax, int timeoutMsDefault)
            throws IOException {
        if (parser.currentToken() != JsonToken.START_ARRAY) {
            throw StrictJson.unexpected(parser, "searches", "an array of searches");
        }
        List<Query> queries = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            if (queries.size() == searchesMax) {
                throw new OmenException(
                        ErrorCode.TOO_LARGE,
                        "searches: found more than "
                                + searchesMax
                                + ", expected at most "
                                + searchesMax
                                + " in one request");
            }
            try {
                queries.add(QueryJson.read(parser, timeoutMsDefault));
            } catch (OmenException e) {
                throw at(queries.size(), e);
            }
        }
        return queries;
    }

    /** Refuses searches that ask for too many hits together. */
    static void checkHits(long hits) {
        if (hits > Limits.BATCH_HITS_MAX) {
            throw new OmenException(
                    ErrorCode.TOO_LARGE,
                    "searches: found "
                            + hits
                            + " hits asked for together, expected at most "
                            + Limits.BATCH_HITS_MAX);
        }
    }

    /** The same error, naming the search it is about. */
    static OmenException at(int index, OmenException e) {
        return new OmenException(e.code(), "searches[" + index + "]." + e.getMessage(), e);
    }

    /**
     * The results in order; fails as soon as one search does, or they are too large together.
     *
     * @param bytes counts the hits of all
     */
    static CompletableFuture<List<Found>> run(
            List<Query> queries,
            Function<Query, CompletableFuture<Found>> search,
            AnswerBytes bytes) {
        CompletableFuture<List<Found>> done =
                CompletableFuture.completedFuture(new ArrayList<>(queries.size()));
        for (int from = 0; from < queries.size(); from += CONCURRENT_MAX) {
            List<Query> some =
                    queries.subList(from, Math.min(queries.size(), from + CONCURRENT_MAX));
            done = done.thenCompose(results -> together(some, search, results, bytes));
        }
        return done;
    }

    private static CompletableFuture<List<Found>> together(
            List<Query> queries,
            Function<Query, CompletableFuture<Found>> search,
            List<Found> results,
            AnswerBytes bytes) {
        List<CompletableFuture<Found>> running = queries.stream().map(search).toList();
        return CompletableFuture.allOf(running.toArray(CompletableFuture[]::new))
                .thenApply(
                        all -> {
                            running.forEach(found -> results.add(found.join().within(bytes)));
                            return results;
                        });
    }
}
