package io.omendb.client;

import java.util.Collections;
import java.util.List;
import java.util.Map;

/**
 * What a server says it refuses a request for: a problem document (RFC 9457), or what can be made
 * of an answer that is none.
 *
 * @param status the HTTP status
 * @param code whose fault it is, in a word, such as {@code INVALID} or {@code NOT_FOUND}; {@code
 *     HTTP_502} and the like where the answer does not say
 * @param detail what was wrong, what was expected and what to do
 * @param errors the bad points of a batch, at most 20 of them
 * @param document all the server said; empty where it was no JSON object
 */
public record Problem(
        int status,
        String code,
        String detail,
        List<BadPoint> errors,
        Map<String, Object> document) {

    /**
     * A point that was refused.
     *
     * @param index in the batch, from 0
     */
    public record BadPoint(int index, String detail) {}

    public Problem {
        errors = List.copyOf(errors);
        document = Collections.unmodifiableMap(document);
    }
}
