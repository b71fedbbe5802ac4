package io.omendb.gateway.chroma;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import io.omendb.gateway.http.Limits;
import io.omendb.gateway.shards.Deadline;
import io.omendb.record.StrictJson;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The body of get, query and delete: which records, and what of them.
 *
 * @param ids null where any may be
 * @param condition {@code where} and {@code where_document}
 * @param filtered whether there is a condition
 * @param limit null for all
 * @param include null for what is usual
 * @param queries the vectors to search for
 */
record Selection(
        @Nullable Set<String> ids,
        Condition condition,
        boolean filtered,
        @Nullable Integer limit,
        int offset,
        int results,
        @Nullable Set<Include> include,
        List<float[]> queries) {
    private static final int RESULTS_DEFAULT = 10;

    static Selection read(byte[] body) {
        Reading reading = new Reading();
        try (JsonParser parser = StrictJson.parser(body)) {
            if (parser.currentToken() != JsonToken.START_OBJECT) {
                throw StrictJson.unexpected(parser, "body", "an object");
            }
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String field = parser.currentName();
                if (parser.nextToken() != JsonToken.VALUE_NULL) {
                    reading.read(field, parser);
                }
            }
            StrictJson.expectEnd(parser, "the body");
        } catch (IOException e) {
            throw StrictJson.malformed(e);
        }
        return reading.selection();
    }

    Set<Include> includeOr(Set<Include> usual) {
        return include == null ? usual : include;
    }

    /**
     * Whether the condition holds of a record. To be asked of one after the other: it fails once
     * the deadline has passed or nobody waits any more.
     */
    boolean matches(Row row, Deadline deadline) {
        deadline.check();
        return condition.matches(row, deadline);
    }

    /** The most records that are selected. */
    int most() {
        return limit == null ? Integer.MAX_VALUE : limit;
    }

    /** What has been read so far. */
    private static final class Reading {
        /** Each may look at a document a million times. */
        private static final int EXPRESSIONS_MAX = 32;

        private @Nullable Set<String> ids;
        private @Nullable JsonNode where;
        private @Nullable JsonNode document;
        private @Nullable Integer limit;
        private int offset;
        private int results = RESULTS_DEFAULT;
        private @Nullable Set<Include> include;
        private List<float[]> queries = List.of();

        void read(String field, JsonParser parser) throws IOException {
            switch (field) {
                case "ids" -> ids = new LinkedHashSet<>(all(parser, field, StrictJson::string));
                case "where" -> where = StrictJson.uniqueObject(parser, field);
                case "where_document" -> document = StrictJson.uniqueObject(parser, field);
                case "limit" -> limit = whole(parser, field, 0);
                case "offset" -> offset = whole(parser, field, 0);
                case "n_results" -> results = whole(parser, field, 1);
                case "include" -> include = Include.of(all(parser, field, StrictJson::string));
                case "query_embeddings" -> queries = all(parser, field, RecordSet::embedding);
                default -> parser.skipChildren(); // of a newer client
            }
        }

        Selection selection() {
            checkSizes();
            Condition condition =
                    ConditionParser.where(where).and(ConditionParser.document(document));
            return new Selection(
                    ids,
                    condition,
                    !condition.equals(Condition.ALWAYS),
                    limit,
                    offset,
                    results,
                    include,
                    queries);
        }

        /** What each is allowed alone could be too much together. */
        private void checkSizes() {
            long rows = (long) queries.size() * results;
            if (rows > Limits.BATCH_HITS_MAX) {
                throw ChromaException.invalid(
                        "n_results: found "
                                + results
                                + " for "
                                + queries.size()
                                + " query_embeddings, expected at most "
                                + Limits.BATCH_HITS_MAX
                                + " records in all");
            }
            int expressions = expressions(where) + expressions(document);
            if (expressions > EXPRESSIONS_MAX) {
                throw ChromaException.invalid(
                        "where and where_document: found "
                                + expressions
                                + " regular expressions, expected at most "
                                + EXPRESSIONS_MAX);
            }
        }

        /** In {@code where}, too: there the document is a field. */
        private static int expressions(@Nullable JsonNode json) {
            return json == null
                    ? 0
                    : json.findValues("$regex").size() + json.findValues("$not_regex").size();
        }

        private static int whole(JsonParser parser, String field, int least) throws IOException {
            int value = StrictJson.integer(parser, field);
            if (value < least) {
                throw ChromaException.invalid(
                        field + ": found " + value + ", expected at least " + least);
            }
            return value;
        }

        private static <T> List<T> all(
                JsonParser parser, String field, RecordSet.Element<T> element) throws IOException {
            List<T> all = new ArrayList<>();
            for (T each : RecordSet.list(parser, field, element)) {
                if (each == null) {
                    throw ChromaException.invalid(field + ": found null in the list");
                }
                all.add(each);
            }
            return all;
        }
    }
}
