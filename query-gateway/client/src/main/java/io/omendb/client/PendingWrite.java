package io.omendb.client;

import io.omendb.client.point.Written;
import java.util.concurrent.CompletableFuture;

/**
 * A write that is not done yet.
 *
 * @param kind what of the three
 * @param json the point, the patch or the id, as it is sent
 * @param takenNs {@link System#nanoTime} when it was taken
 */
record PendingWrite(Kind kind, byte[] json, long takenNs, CompletableFuture<Written> done) {
    /** Requests are of one kind each. */
    enum Kind {
        UPSERT("POST", "/points", "{\"points\":["),
        PATCH("PATCH", "/points", "{\"points\":["),
        DELETE("POST", "/points/delete", "{\"ids\":[");

        private final String method;
        private final String route;
        private final String opening;

        Kind(String method, String route, String opening) {
            this.method = method;
            this.route = route;
            this.opening = opening;
        }

        String method() {
            return method;
        }

        String route() {
            return route;
        }

        String opening() {
            return opening;
        }
    }
}
