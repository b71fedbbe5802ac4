package io.omendb.client;

import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One request, however often it is sent, and how to read its answer.
 *
 * @param path with the query string
 * @param body JSON; null for none
 * @param repeatable whether it may be done twice
 * @param serverTimeout how long the server was allowed; null where it decides
 */
record Call<T>(
        String method,
        String path,
        byte @Nullable [] body,
        boolean repeatable,
        @Nullable Duration serverTimeout,
        Answer<T> answer) {

    /** Reads the body of an answer of 2xx. */
    @FunctionalInterface
    interface Answer<T> {
        T read(byte[] body) throws IOException;
    }

    static <T> Call<T> get(String path, Class<T> answer) {
        return new Call<>("GET", path, null, true, null, body -> Json.read(body, answer));
    }

    static <T> Call<T> post(String path, Object body, Class<T> answer) {
        return new Call<>(
                "POST", path, Json.write(body), true, null, read -> Json.read(read, answer));
    }

    Call<T> within(@Nullable Duration timeout) {
        return new Call<>(method, path, body, repeatable, timeout, answer);
    }

    Call<T> withinMs(@Nullable Integer timeoutMs) {
        return timeoutMs == null ? this : within(Duration.ofMillis(timeoutMs));
    }

    /** For messages. */
    String name() {
        return method + " " + path;
    }
}
