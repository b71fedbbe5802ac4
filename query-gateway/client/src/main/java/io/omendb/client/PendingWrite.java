package io.omendb.client;

import io.omendb.client.point.Written;
import java.util.concurrent.CompletableFuture;

/**
 * A write that is not done yet.
 *
 * @param kind what of the two
 * @param json the point, or the id, as it is sent
 * @param takenNs {@link System#nanoTime} when it was taken
 */
record PendingWrite(Kind kind, byte[] json, long takenNs, CompletableFuture<Written> done) {
    /** Requests are of one kind each. */
    enum Kind {
        UPSERT("/points", "{\"points\":["),
        DELETE("/points/delete", "{\"ids\":[");

        private final String route;
        private final String opening;

        Kind(String route, String opening) {
            this.route = route;
            this.opening = opening;
        }

        String route() {
            return route;
        }

        String opening() {
            return opening;
        }
    }
}
