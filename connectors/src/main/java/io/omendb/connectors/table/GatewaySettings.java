package io.omendb.connectors.table;

import io.omendb.client.OmenClient;
import io.omendb.client.query.Consistency;
import io.omendb.client.query.Include;
import io.omendb.client.query.Search;
import java.io.Serializable;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How a gateway is asked.
 *
 * @param token bearer token; null for none
 * @param caCertificate PEM file on the TaskManagers; null to trust whom the JVM trusts
 * @param recallTarget null for the gateway's own
 * @param timeout what a search may take; a minute at most
 */
record GatewaySettings(
        String url,
        @Nullable String token,
        @Nullable String caCertificate,
        String collection,
        @Nullable Double recallTarget,
        OmenTableOptions.Consistency consistency,
        Duration timeout)
        implements Serializable {

    /**
     * A client, which is the caller's to close.
     *
     * @throws IllegalArgumentException if the certificate cannot be read here
     */
    OmenClient connect() {
        OmenClient.Builder builder =
                OmenClient.builder(url).requestTimeout(timeout.plus(Duration.ofSeconds(5)));
        if (token != null) {
            builder.bearerToken(token);
        }
        if (caCertificate != null) {
            builder.trustedCertificates(Path.of(caCertificate));
        }
        return builder.connect();
    }

    Search search(float[] vector, int k) {
        Search.Builder search =
                Search.builder(vector)
                        .k(k)
                        .include(Include.DISTANCE, Include.METADATA, Include.VECTOR)
                        .timeout(timeout)
                        .consistency(
                                switch (consistency) {
                                    case EVENTUAL -> Consistency.eventual();
                                    case COMMITTED -> Consistency.committed();
                                    case STRONG -> Consistency.strong();
                                });
        return (recallTarget == null ? search : search.recallTarget(recallTarget)).build();
    }

    /** The token is nobody's business. */
    @Override
    public String toString() {
        return "GatewaySettings[" + url + ", " + collection + "]";
    }
}
