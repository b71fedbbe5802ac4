package io.omendb.gateway.http;

import io.omendb.OmenException;

/**
 * What a request may ask for.
 *
 * @param bodyBytes bytes of one request's body
 * @param inFlight requests worked on at a time; more are refused with 429
 * @param inFlightBytes bytes of the bodies worked on at a time; more are refused with 429
 * @param answerBytes bytes of one answer, as they are estimated before it is written; a larger one
 *     is refused with 413
 * @param searchesInFlight searches worked on at a time that are not taken for overload; where there
 *     is some, no fewer than half of them are
 * @param k hits of one search
 * @param batchPoints points of one write
 * @param batchSearches searches of one batch
 * @param timeoutMs what a request may take that says nothing about it
 * @param timeoutMsMax what a request may allow itself
 * @param headerMs what a client may take over the head of a request
 * @param bodyMs what a client may take over the body, and over reading its answer: for every {@code
 *     bodyBytes} of it as long again
 */
public record Limits(
        long bodyBytes,
        int inFlight,
        long inFlightBytes,
        long answerBytes,
        int searchesInFlight,
        int k,
        int batchPoints,
        int batchSearches,
        int timeoutMs,
        int timeoutMsMax,
        int headerMs,
        int bodyMs) {

    /** Hits of all searches of one batch together: all are held until the last is there. */
    public static final int BATCH_HITS_MAX = 100_000;

    /** As many as keep a processor busy while some are on their way, with a little to spare. */
    private static final int SEARCHES_A_PROCESSOR = 4;

    public static final Limits DEFAULT =
            new Limits(
                    64L << 20,
                    512,
                    256L << 20,
                    256L << 20,
                    SEARCHES_A_PROCESSOR * Runtime.getRuntime().availableProcessors(),
                    10_000,
                    10_000,
                    1_000,
                    10_000,
                    60_000,
                    10_000,
                    60_000);

    public Limits withBodyBytes(long value) {
        return new Limits(
                value,
                inFlight,
                inFlightBytes,
                answerBytes,
                searchesInFlight,
                k,
                batchPoints,
                batchSearches,
                timeoutMs,
                timeoutMsMax,
                headerMs,
                bodyMs);
    }

    public Limits withInFlight(int value) {
        return new Limits(
                bodyBytes,
                value,
                inFlightBytes,
                answerBytes,
                searchesInFlight,
                k,
                batchPoints,
                batchSearches,
                timeoutMs,
                timeoutMsMax,
                headerMs,
                bodyMs);
    }

    public Limits withInFlightBytes(long value) {
        return new Limits(
                bodyBytes,
                inFlight,
                value,
                answerBytes,
                searchesInFlight,
                k,
                batchPoints,
                batchSearches,
                timeoutMs,
                timeoutMsMax,
                headerMs,
                bodyMs);
    }

    public Limits withAnswerBytes(long value) {
        return new Limits(
                bodyBytes,
                inFlight,
                inFlightBytes,
                value,
                searchesInFlight,
                k,
                batchPoints,
                batchSearches,
                timeoutMs,
                timeoutMsMax,
                headerMs,
                bodyMs);
    }

    public Limits withSearchesInFlight(int value) {
        return new Limits(
                bodyBytes,
                inFlight,
                inFlightBytes,
                answerBytes,
                value,
                k,
                batchPoints,
                batchSearches,
                timeoutMs,
                timeoutMsMax,
                headerMs,
                bodyMs);
    }

    public Limits withTimeoutMs(int value) {
        return new Limits(
                bodyBytes,
                inFlight,
                inFlightBytes,
                answerBytes,
                searchesInFlight,
                k,
                batchPoints,
                batchSearches,
                value,
                timeoutMsMax,
                headerMs,
                bodyMs);
    }

    public Limits withBodyMs(int value) {
        return new Limits(
                bodyBytes,
                inFlight,
                inFlightBytes,
                answerBytes,
                searchesInFlight,
                k,
                batchPoints,
                batchSearches,
                timeoutMs,
                timeoutMsMax,
                headerMs,
                value);
    }

    public Limits withReadMs(int header, int body) {
        return new Limits(
                bodyBytes,
                inFlight,
                inFlightBytes,
                answerBytes,
                searchesInFlight,
                k,
                batchPoints,
                batchSearches,
                timeoutMs,
                timeoutMsMax,
                header,
                body);
    }

    /** What counts one answer. */
    public AnswerBytes answer() {
        return new AnswerBytes(answerBytes);
    }

    /** Checks how many hits a search asks for. */
    public void checkK(int value) {
        checkRange("k", value, k);
    }

    /** Checks what a request allows itself. */
    public void checkTimeoutMs(int value) {
        checkRange("timeout_ms", value, timeoutMsMax);
    }

    /** Checks a number that starts at 1. */
    public void checkRange(String field, int value, int max) {
        if (value < 1 || value > max) {
            throw OmenException.invalid(field + ": found " + value + ", expected 1 to " + max);
        }
    }
}
