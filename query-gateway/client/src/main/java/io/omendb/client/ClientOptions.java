package io.omendb.client;

import java.net.URI;
import java.time.Duration;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * How a client reaches a server.
 *
 * @param root scheme, host, port and perhaps a path, without a slash at the end
 * @param bearerToken null for none
 * @param tls null for the JVM's own
 */
record ClientOptions(
        String root,
        Duration connectTimeout,
        Duration requestTimeout,
        RetryPolicy retries,
        @Nullable String bearerToken,
        @Nullable SSLContext tls,
        String userAgent) {

    ClientOptions {
        URI uri = URI.create(root);
        boolean http = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
        if (!http || uri.getHost() == null || uri.getQuery() != null || uri.getFragment() != null) {
            throw new IllegalArgumentException(
                    "uri: found " + root + ", expected one such as http://localhost:8080");
        }
        if (tls != null && !"https".equals(uri.getScheme())) {
            throw new IllegalArgumentException(
                    "uri: found " + root + ", expected https:// where certificates are given");
        }
        root = root.endsWith("/") ? root.substring(0, root.length() - 1) : root;
        Durations.checkPositive("connectTimeout", connectTimeout);
        Durations.checkPositive("requestTimeout", requestTimeout);
        if (bearerToken != null && !bearerToken.matches("[\\x21-\\x7e]+")) {
            // Not shown: it is a secret all the same.
            throw new IllegalArgumentException(
                    "bearerToken: found characters that a header cannot have");
        }
    }

    @Override
    public String toString() {
        return "ClientOptions[" + root + "]"; // the token is nobody's business
    }
}
