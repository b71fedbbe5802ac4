package io.omendb.gateway.http;

import com.linecorp.armeria.common.RequestTarget;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.omendb.OmenException;

/**
 * Keeps a request from acting on another collection or point than its path names: the server takes
 * several slashes for one, and may cut off what follows a semicolon, before a route sees the path.
 */
final class RewrittenPath {
    private RewrittenPath() {}

    static boolean isRefused(ServiceRequestContext context) {
        RequestTarget target = context.routingContext().requestTarget();
        return sent(context).contains("//")
                || !target.path().equals(target.maybePathWithMatrixVariables());
    }

    static OmenException refusal(ServiceRequestContext context) {
        return OmenException.malformed(
                "path: found "
                        + sent(context)
                        + ", expected neither // nor a path that is cut off at a semicolon; in ids"
                        + " percent-encode them (%2F, %3B)");
    }

    /** The path as it came, without the query. */
    private static String sent(ServiceRequestContext context) {
        String target = context.rawPath();
        int query = target.indexOf('?');
        return query < 0 ? target : target.substring(0, query);
    }
}
