package io.omendb.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.omendb.gateway.http.Admission;
import io.omendb.protocol.ShardAddress;
import io.omendb.protocol.ShardDirectory;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class OpenApiTest {

    @Test
    void openapi_describesEveryRouteAndNoOther() {
        Set<String> described = new TreeSet<>();
        for (OpenApiDocument.Operation operation : OpenApiDocument.load().operations()) {
            described.add(operation.method().toUpperCase(Locale.ROOT) + " " + operation.path());
        }

        assertThat(described).isEqualTo(routes());
    }

    @Test
    void openapi_references_resolve() {
        JsonNode document = OpenApiDocument.load().root();
        List<String> references = document.findValuesAsText("$ref");
        assertThat(references).isNotEmpty();
        for (String reference : references) {
            assertThat(document.at(reference.substring(1)).isMissingNode()).as(reference).isFalse();
        }
    }

    private static Set<String> routes() {
        Set<String> routes = new TreeSet<>();
        try (GatewayParts parts =
                GatewayParts.open(
                        GatewayOptions.of("127.0.0.1:1"), new NoShards(), new Admission(1, 1))) {
            parts.routes().stream()
                    // Chroma's interface is described by Chroma, and in docs/chroma.md.
                    .filter(route -> !route.path().startsWith("/api/v2"))
                    .forEach(route -> routes.add(route.method() + " " + route.path()));
        }
        return routes;
    }

    private static final class NoShards implements ShardDirectory {
        @Override
        public List<ShardAddress> shards() {
            return List.of();
        }

        @Override
        public void reportUnreachable(ShardAddress address) {}

        @Override
        public void close() {}
    }
}
