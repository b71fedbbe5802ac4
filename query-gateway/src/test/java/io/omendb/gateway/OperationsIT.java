package io.omendb.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(SharedBroker.class)
class OperationsIT {

    @Test
    void operations_everything_answers(SharedBroker.Running broker) throws Exception {
        try (RunningGateway running = new RunningGateway(broker)) {
            Client client = running.client;
            assertThat(client.get("/health/live").expect(200).json().path("status").asText())
                    .isEqualTo("live");
            Await.until("ready", () -> client.get("/health/ready").status() == 200);

            JsonNode openapi = client.get("/openapi.json").expect(200).json();
            assertThat(openapi.path("openapi").asText()).startsWith("3.1");

            Client.Reply console = client.get("/").expect(200);
            assertThat(console.type()).startsWith("text/html");
            assertThat(console.text()).contains("OmenDB");
            Matcher external = Pattern.compile("(https?:)?//[a-z]").matcher(console.text());
            assertThat(external.find()).as("external requests").isFalse();
        }
    }

    @Test
    void metrics_afterWritesAndSearches_countThem(SharedBroker.Running broker) throws Exception {
        try (RunningGateway running = new RunningGateway(broker)) {
            Client client = running.client;
            String path = running.collection("metered");
            client.post(
                            path + "/points?wait=true",
                            "{'points':[{'id':'a','vector':[0,0,0]},{'id':'b','vector':[0,0,0]}]}")
                    .expect(200);
            client.post(path + "/search", "{'vector':[0,0,0]}").expect(200);
            client.post(path + "/search", "{'vector':[0,0]}").expect(422);
            Await.until(
                    "a search was run again exactly",
                    () -> client.get("/metrics").text().contains("omendb_recall_at_10 1.0"));

            Client.Reply metrics = client.get("/metrics").expect(200);

            assertThat(metrics.type()).startsWith("text/plain");
            assertThat(metrics.text())
                    .contains("omendb_points_accepted_total 2.0")
                    .contains("omendb_search_latency_seconds_count 1")
                    .contains("omendb_search_latency_seconds_bucket{le=")
                    .contains("omendb_total_vectors{collection=\"metered\"} 2.0")
                    .containsPattern("omendb_active_collections [1-9]")
                    .contains(
                            "omendb_http_requests_seconds_count{method=\"POST\","
                                    + "route=\"/collections/{c}/search\",status=\"422\"} 1")
                    .contains("omendb_daily_searches 1.0")
                    // Below a millisecond the number has an exponent.
                    .containsPattern("omendb_search_latency_p95 (0\\.\\d*[1-9]|[1-9][\\d.]*E-\\d+)")
                    .contains("omendb_insertion_rate_per_sec{collection=\"metered\"} ")
                    .contains("omendb_memory_usage_bytes{collection=\"metered\"} ")
                    .contains("omendb_disk_usage_bytes{collection=\"metered\"} ")
                    .contains("omendb_index_build_queue_size{collection=\"metered\"} ")
                    .contains("omendb_dead_letters{collection=\"metered\"} 0.0")
                    .contains("omendb_lag_records{collection=\"metered\"} 0.0")
                    .contains("omendb_freshness_lag_ms{collection=\"metered\"} 0.0")
                    .contains("jvm_memory_used_bytes");
        }
    }

    @Test
    void dashboard_asksForMetricsThatAreExported(SharedBroker.Running broker) throws Exception {
        String dashboard = Files.readString(Path.of("..", "docs", "grafana", "omendb.json"));
        Set<String> asked = new TreeSet<>();
        Matcher names = Pattern.compile("omendb_\\w+").matcher(dashboard);
        while (names.find()) {
            asked.add(names.group());
        }
        assertThat(asked).hasSizeGreaterThan(10);
        try (RunningGateway running = new RunningGateway(broker)) {
            String path = running.collection("shown");
            running.client.post(path + "/search", "{'vector':[0,0,0]}").expect(200);
            String exported = running.client.get("/metrics").text();
            assertThat(asked)
                    .allSatisfy(
                            name ->
                                    assertThat(exported)
                                            .containsPattern("(?m)^" + name + "(\\{| )"));
        }
    }
}
