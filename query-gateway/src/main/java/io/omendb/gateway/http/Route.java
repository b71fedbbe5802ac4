package io.omendb.gateway.http;

import com.linecorp.armeria.common.HttpMethod;
import io.omendb.gateway.access.Need;
import org.jspecify.annotations.Nullable;

/**
 * One method on one path.
 *
 * @param path with parts in braces, as in OpenAPI: {@code /collections/{c}}
 * @param need what a request needs to be allowed; where that is about a collection, it is the one
 *     that the part {@code c} of the path names
 * @param searches whether it is refused, unread, where more searches are under way than there is
 *     time for
 * @param refusal how a request is refused before the endpoint; null for a problem document
 */
public record Route(
        HttpMethod method,
        String path,
        Need need,
        Work work,
        boolean searches,
        Endpoint endpoint,
        @Nullable Refusal refusal) {
    private static final String COLLECTION = "{c}";

    public Route {
        boolean about =
                switch (need) {
                    case NOTHING, KEY, MANAGE_ALL, MONITOR -> false;
                    case SEE, READ, WRITE, MANAGE -> true;
                };
        if (about && !path.contains(COLLECTION)) {
            throw new IllegalArgumentException(path + " names no collection to be allowed");
        }
    }

    /** What answering takes. */
    public enum Work {
        /** Nothing that waits and no admission: an overloaded gateway still answers its probes. */
        OPEN,
        /** Nothing that waits: runs on the event loop. */
        QUICK,
        /** Work that waits or is long: runs on the pool for that. */
        BLOCKING
    }

    public static Route open(HttpMethod method, String path, Need need, Endpoint endpoint) {
        return new Route(method, path, need, Work.OPEN, false, endpoint, null);
    }

    public static Route quick(HttpMethod method, String path, Need need, Endpoint endpoint) {
        return new Route(method, path, need, Work.QUICK, false, endpoint, null);
    }

    public static Route blocking(HttpMethod method, String path, Need need, Endpoint endpoint) {
        return new Route(method, path, need, Work.BLOCKING, false, endpoint, null);
    }

    /** The same, which does its work elsewhere and waits for nothing here. */
    public Route answering(Endpoint elsewhere) {
        return new Route(method, path, need, Work.QUICK, searches, elsewhere, refusal);
    }

    /** The same, which refuses in a form of its own. */
    public Route refusing(Refusal form) {
        return new Route(method, path, need, work, searches, endpoint, form);
    }

    /** The same, which searches. */
    public Route searching() {
        return new Route(method, path, need, work, true, endpoint, refusal);
    }
}
