package io.omendb.gateway.http;

import com.linecorp.armeria.common.HttpMethod;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;

/** What may be done with a path, which is said to who tried something else. */
final class AllowedMethods {
    private final List<Served> routes;

    AllowedMethods(List<Route> routes) {
        this.routes =
                routes.stream()
                        .map(route -> new Served(route.method(), route.path().split("/", -1)))
                        .sorted(Comparator.comparing(Served::method))
                        .toList();
    }

    private record Served(HttpMethod method, String[] parts) {
        boolean matches(String[] path) {
            if (path.length != parts.length) {
                return false;
            }
            for (int i = 0; i < path.length; i++) {
                if (!parts[i].startsWith("{") && !parts[i].equals(path[i])) {
                    return false;
                }
            }
            return true;
        }
    }

    /**
     * The value of {@code Allow} (RFC 9110, 10.2.1), empty where there is no such path.
     *
     * @param path as in the request, without what follows a question mark
     */
    String of(String path) {
        String[] parts = path.split("/", -1);
        return routes.stream()
                .filter(route -> route.matches(parts))
                .map(route -> route.method().name())
                .distinct()
                .collect(Collectors.joining(", "));
    }
}
