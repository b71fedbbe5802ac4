package io.omendb.connectors.table;

import io.omendb.client.OmenClient;
import io.omendb.client.query.Consistency;
import io.omendb.client.query.Include;
import io.omendb.client.query.Search;
import java.io.Serializable;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How a gateway is asked.
 *
 * @param token bearer token; null for none
 * @param recallTarget null for the gateway's own
 * @param timeout what a search may take; a minute at most
 */
record GatewaySettings(
        String url,
        @Nullable String token,
        String collection,
        @Nullable Double recallTarget,
        OmenTableOptions.Consistency consistency,
        Duration timeout)
        implements Serializable {

    /** A client, which is the caller's to close. */
    OmenClient connect() {
        OmenClient.Builder builder =
                OmenClient.builder(url).requestTimeout(timeout.plus(Duration.ofSeconds(5)));
        return (token == null ? builder : builder.bearerToken(token)).connect();
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
}
