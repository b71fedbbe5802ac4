package io.omendb.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.omendb.client.BatchingWriter;
import io.omendb.client.OmenClient;
import io.omendb.client.OmenClientException;
import io.omendb.client.OmenCollection;
import io.omendb.client.RetryPolicy;
import io.omendb.client.WriterOptions;
import io.omendb.client.collection.CollectionSpec;
import io.omendb.client.collection.FieldType;
import io.omendb.client.collection.Metric;
import io.omendb.client.point.Point;
import io.omendb.client.point.PointPatch;
import io.omendb.client.point.StoredPoint;
import io.omendb.client.point.WriteOptions;
import io.omendb.client.point.Written;
import io.omendb.client.query.Consistency;
import io.omendb.client.query.Found;
import io.omendb.client.query.Hit;
import io.omendb.client.query.Search;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Runs what docs/java-client.md shows, against a real gateway. DocumentationTest of the client
 * keeps the page and the snippets equal, so the markers stay.
 */
@ExtendWith(SharedBroker.class)
class ClientSnippetsIT {
    private static final float[] EMBEDDING = {0.9f, 0.1f, 0, 0};

    private final List<String> log = new ArrayList<>();

    @Test
    void page_asItIsRead_works(SharedBroker.Running broker) throws Exception {
        try (RunningGateway running = new RunningGateway(broker)) {
            String gateway = "http://127.0.0.1:" + running.gateway.port();
            quickstart(gateway);
            assertThat(log).containsExactly("boots 129");
            try (OmenClient client = configured(gateway, "s3cret")) {
                OmenCollection products = client.collection("products");
                consistent(products);
                patch(products);
                read(products);
                asynchronous(products);
                batched(products, Map.of("socks", EMBEDDING, "hat", EMBEDDING));
                assertThatThrownBy(() -> failing(client)).hasMessageContaining("404 NOT_FOUND");
            }
            assertThat(log)
                    .containsExactly(
                            "boots 129",
                            "sandals",
                            "there: true",
                            "found 1",
                            "4 points",
                            "NOT_FOUND");
        }
    }

    private void quickstart(String gateway) {
        // snippet
        try (OmenClient client = OmenClient.connect(gateway)) { // "http://localhost:8080"
            client.createCollection(
                    "products",
                    CollectionSpec.of(4, Metric.COSINE)
                            .withField("category", FieldType.KEYWORD)
                            .withField("price", FieldType.DOUBLE));
            OmenCollection products = client.collection("products");

            products.upsert(
                    List.of(
                            Point.of("boots", 0.9f, 0.1f, 0, 0)
                                    .withField("category", "shoes")
                                    .withField("price", 129),
                            Point.of("grinder", 0, 0.1f, 0.9f, 0.2f)
                                    .withField("category", "kitchen")),
                    WriteOptions.SEARCHABLE);

            Found found = products.search(Search.of(new float[] {1, 0, 0, 0}, 1));
            for (Hit hit : found.hits()) {
                log.add(hit.id() + " " + hit.metadata().get("price"));
            }
        }
        // end
    }

    private static OmenClient configured(String gateway, String token) {
        // snippet
        OmenClient client =
                OmenClient.builder(gateway)
                        .requestTimeout(Duration.ofSeconds(10))
                        .retries(RetryPolicy.DEFAULT.withAttemptsMax(3))
                        .bearerToken(token)
                        .userAgent("shop/2.1")
                        .connect();
        // end
        return client;
    }

    private void consistent(OmenCollection products) {
        // snippet
        Written written = products.upsert(List.of(Point.of("sandals", 0.8f, 0.2f, 0.1f, 0)));
        Found found =
                products.search(
                        Search.builder(0.8f, 0.2f, 0.1f, 0)
                                .k(1)
                                .consistency(Consistency.after(written))
                                .timeout(Duration.ofSeconds(2))
                                .build());
        // end
        log.addAll(found.ids());
    }

    private void read(OmenCollection products) {
        // snippet
        Optional<StoredPoint> boots = products.get("boots");
        long points = products.count();
        products.delete(List.of("grinder"), WriteOptions.SEARCHABLE);
        // end
        assertThat(points).isEqualTo(3);
        log.add("there: " + boots.isPresent());
    }

    private void patch(OmenCollection products) {
        // snippet
        products.patch(
                List.of(PointPatch.of("boots").withField("price", 99).withoutField("offer")),
                WriteOptions.SEARCHABLE);
        // end
        assertThat(products.get("boots").orElseThrow().metadata().get("price")).isEqualTo(99L);
    }

    private void asynchronous(OmenCollection products) {
        // snippet
        CompletableFuture<Integer> hits =
                products.async()
                        .search(Search.of(new float[] {1, 0, 0, 0}, 1))
                        .thenApply(found -> found.hits().size());
        // end
        log.add("found " + hits.join());
    }

    private void batched(OmenCollection products, Map<String, float[]> embeddings) {
        List<String> failed = new ArrayList<>();
        // snippet
        try (BatchingWriter writer = products.writer(WriterOptions.DEFAULT.withSearchable())) {
            for (Map.Entry<String, float[]> each : embeddings.entrySet()) {
                writer.upsert(Point.of(each.getKey(), each.getValue()))
                        .exceptionally(
                                failure -> {
                                    failed.add(each.getKey() + ": " + failure.getMessage());
                                    return null;
                                });
            }
            writer.flush(); // optional: closing does it, too
        }
        // end
        assertThat(failed).isEmpty();
        log.add(products.count() + " points");
    }

    private void failing(OmenClient client) {
        // snippet
        try {
            client.describeCollection("nowhere");
        } catch (OmenClientException e) {
            log.add(e.code()); // also reason(), status(), detail(), problem(), attempts()
            throw e;
        }
        // end
    }
}
