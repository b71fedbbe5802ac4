package io.omendb.gateway.search;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.google.protobuf.InvalidProtocolBufferException;
import io.omendb.fuzz.Choice;
import io.omendb.fuzz.Untrusted;
import io.omendb.gateway.http.Limits;
import io.omendb.v1.CountRequest;
import io.omendb.v1.HybridSearchRequest;
import io.omendb.v1.ScrollRequest;
import io.omendb.v1.SearchRequest;

/** What is asked over gRPC. A message that is none is refused before it is ours to read. */
public class MessagesFuzz {
    private static final Limits LIMITS = Limits.DEFAULT;

    @FuzzTest
    void messages(byte[] input) {
        read(input);
    }

    /** Reads an input and checks what became of it. */
    public static void read(byte[] input) {
        Choice choice = Choice.of(input, 4);
        Untrusted.request(
                input,
                () -> {
                    try {
                        read(choice.reader(), choice.body());
                    } catch (InvalidProtocolBufferException e) {
                        // gRPC answers it
                    }
                });
    }

    private static void read(int reader, byte[] body) throws InvalidProtocolBufferException {
        switch (reader) {
            case 0 -> SearchesFuzz.ask(QueryMessages.query(SearchRequest.parseFrom(body), LIMITS));
            case 1 ->
                    SearchesFuzz.ask(
                            QueryMessages.query(HybridSearchRequest.parseFrom(body), LIMITS));
            case 2 ->
                    QueryMessages.count(CountRequest.parseFrom(body), LIMITS)
                            .check(SearchesFuzz.COLLECTION, LIMITS);
            default ->
                    SearchesFuzz.ask(QueryMessages.scroll(ScrollRequest.parseFrom(body), LIMITS));
        }
    }
}
