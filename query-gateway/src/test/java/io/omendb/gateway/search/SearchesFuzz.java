package io.omendb.gateway.search;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.omendb.fuzz.Choice;
import io.omendb.fuzz.Untrusted;
import io.omendb.gateway.http.Limits;
import io.omendb.schema.CollectionDefinition;
import io.omendb.schema.CollectionSchema;
import io.omendb.schema.Metric;
import java.util.Map;

/** The bodies of searches, hybrid searches, batches, counts and scrolls, up to what shards get. */
public class SearchesFuzz {
    private static final Limits LIMITS = Limits.DEFAULT;
    private static final int TIMEOUT_MS = 1_000;

    static final CollectionDefinition COLLECTION =
            new CollectionDefinition(
                    CollectionSchema.of("c", 3, Metric.COSINE).withSparse(), "omen.c", 1, Map.of());

    @FuzzTest
    void searches(byte[] input) {
        read(input);
    }

    /** Reads an input and checks what became of it. */
    public static void read(byte[] input) {
        Choice choice = Choice.of(input, 5);
        Untrusted.request(input, () -> read(choice.reader(), choice.body()));
    }

    private static void read(int reader, byte[] body) {
        switch (reader) {
            case 0 -> ask(QueryJson.read(body, TIMEOUT_MS));
            case 1 -> ask(HybridJson.read(body, TIMEOUT_MS));
            case 2 ->
                    SearchBatch.read(body, LIMITS.batchSearches(), TIMEOUT_MS)
                            .forEach(SearchesFuzz::ask);
            case 3 -> CountJson.read(body, TIMEOUT_MS).check(COLLECTION, LIMITS);
            default -> ask(ScrollJson.read(body, TIMEOUT_MS));
        }
    }

    static void ask(Query query) {
        query.check(COLLECTION, LIMITS);
        byte[] unused = query.request(COLLECTION, 2).toByteArray();
    }

    static void ask(HybridQuery query) {
        query.check(COLLECTION, LIMITS);
        byte[] terms = query.termsRequest(COLLECTION).toByteArray();
        byte[] unused = query.request(COLLECTION, null, 2).toByteArray();
    }

    static void ask(ScrollJson scroll) {
        scroll.check(COLLECTION, LIMITS);
    }
}
