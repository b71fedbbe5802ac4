package io.omendb.gateway.http;

import com.linecorp.armeria.common.HttpMethod;

/**
 * One method on one path.
 *
 * @param path with parts in braces, as in OpenAPI: {@code /collections/{c}}
 * @param searches whether it is refused, unread, where more searches are under way than there is
 *     time for
 */
public record Route(
        HttpMethod method, String path, Work work, boolean searches, Endpoint endpoint) {

    /** What answering takes. */
    public enum Work {
        /** Nothing that waits and no admission: an overloaded gateway still answers its probes. */
        OPEN,
        /** Nothing that waits: runs on the event loop. */
        QUICK,
        /** Work that waits or is long: runs on the pool for that. */
        BLOCKING
    }

    public static Route open(HttpMethod method, String path, Endpoint endpoint) {
        return new Route(method, path, Work.OPEN, false, endpoint);
    }

    public static Route quick(HttpMethod method, String path, Endpoint endpoint) {
        return new Route(method, path, Work.QUICK, false, endpoint);
    }

    public static Route blocking(HttpMethod method, String path, Endpoint endpoint) {
        return new Route(method, path, Work.BLOCKING, false, endpoint);
    }

    /** The same, which searches. */
    public Route searching() {
        return new Route(method, path, work, true, endpoint);
    }
}
