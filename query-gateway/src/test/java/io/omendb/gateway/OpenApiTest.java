package io.omendb.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.omendb.gateway.http.Admission;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
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

    /** Whoever tries another method is told the ones there are. */
    @Test
    void pathsOfOpenapi_sayWhatIsAllowed() throws Exception {
        Map<String, Set<String>> methods = new TreeMap<>();
        for (OpenApiDocument.Operation operation : OpenApiDocument.load().operations()) {
            methods.computeIfAbsent(operation.path(), path -> new TreeSet<>())
                    .add(operation.method().toUpperCase(Locale.ROOT));
        }
        try (Gateway gateway =
                Gateway.start(GatewayOptions.of("127.0.0.1:1").withPort(0), new NoShards())) {
            HttpClient client =
                    HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
            for (Map.Entry<String, Set<String>> path : methods.entrySet()) {
                URI uri =
                        URI.create(
                                "http://127.0.0.1:"
                                        + gateway.port()
                                        + path.getKey().replaceAll("[{}]", "")
                                        + "?a=b");
                // The second is one that the server itself does not know.
                for (String method : List.of("TRACE", "PROPFIND")) {
                    HttpResponse<String> answer =
                            client.send(
                                    HttpRequest.newBuilder(uri)
                                            .method(method, BodyPublishers.noBody())
                                            .build(),
                                    BodyHandlers.ofString());
                    assertThat(answer.statusCode()).as(path.getKey()).isEqualTo(405);
                    assertThat(answer.headers().firstValue("allow").orElse("").split(", "))
                            .as(path.getKey())
                            .containsAll(path.getValue()); // and those of paths with braces
                }
            }
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
}
