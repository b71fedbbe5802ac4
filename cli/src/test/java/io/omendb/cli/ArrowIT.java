package io.omendb.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.omendb.cli.client.GatewayClient;
import io.omendb.cli.stack.StackDirectory;
import io.omendb.connectors.producer.OmenProducer;
import io.omendb.record.Point;
import io.omendb.record.SparseVector;
import io.omendb.record.arrow.ArrowPointWriter;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.ArrowStreamReader;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * Arrow in and out of the whole stack: points with sparse vectors as a body and as Kafka records,
 * and answers that say the same as JSON does.
 */
@ExtendWith(SharedOmen.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ArrowIT {
    private static final String ARROW = "application/vnd.apache.arrow.stream";
    private static final String PATH = "/collections/arrow";
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int POINTS = 200;

    private final HttpClient http = HttpClient.newHttpClient();
    private String url;
    private GatewayClient client;

    /** A stream as it was read. */
    private record Table(
            Map<String, List<Object>> columns, JsonNode circumstances, HttpResponse<byte[]> from) {

        List<Object> of(String column) {
            return columns.get(column);
        }
    }

    @BeforeAll
    void write(SharedOmen.Running shared) throws Exception {
        url = shared.omen().url;
        client = shared.omen().client;
        client.send(
                "PUT",
                PATH,
                json(
                        "{'dimension':2,'metric':'l2','sparse':true,"
                                + "'fields':{'n':'long','tag':'keyword'}}"));
        byte[] stream;
        try (ArrowPointWriter writer = new ArrowPointWriter(2)) {
            for (int i = 0; i < POINTS / 2; i++) {
                assertThat(writer.add(utf8("p" + i), vector(i), metadata(i), text(i), sparse(i)))
                        .isTrue();
            }
            stream = writer.finish();
        }
        client.send("POST", PATH + "/points?wait=true", ARROW, stream);
        String kafka =
                StackDirectory.running(shared.omen().directory()).orElseThrow().bootstrapServers();
        List<String> tokens = new ArrayList<>();
        try (OmenProducer producer = OmenProducer.open(kafka, "arrow")) {
            List<CompletableFuture<String>> sent = new ArrayList<>();
            for (int i = POINTS / 2; i < POINTS; i++) {
                SparseVector sparse = sparse(i);
                sent.add(
                        producer.send(
                                new Point(
                                        "p" + i,
                                        vector(i),
                                        metadata(i),
                                        new String(text(i), StandardCharsets.UTF_8),
                                        sparse == null ? null : sparse.indices(),
                                        sparse == null ? null : sparse.values())));
            }
            producer.flush();
            for (CompletableFuture<String> each : sent) {
                tokens.add(each.get());
            }
        }
        // Together in few records: sparse vectors no longer make a point travel alone.
        assertThat(new TreeSet<>(tokens)).hasSizeLessThan(POINTS / 4);
        assertThat(
                        client.send("POST", PATH + "/count", json("{'consistency':'strong'}"))
                                .path("count")
                                .asInt())
                .isEqualTo(POINTS);
    }

    private static float[] vector(int i) {
        return new float[] {i, i % 7};
    }

    private static ObjectNode metadata(int i) {
        ObjectNode metadata = JSON.createObjectNode();
        metadata.put("n", i);
        if (i % 2 == 0) {
            metadata.put("tag", "even");
        }
        if (i % 3 == 0) {
            metadata.put("extra", i / 3.0);
        }
        return metadata;
    }

    private static byte[] text(int i) {
        return utf8(i % 5 == 0 ? "leather boots" : "coffee");
    }

    private static SparseVector sparse(int i) {
        return i % 4 == 0
                ? null
                : new SparseVector(new int[] {i % 10, 1000 + i}, new float[] {1, i});
    }

    @Test
    void search_saysWhatJsonSays() throws Exception {
        String body =
                "{'vector':[50,1],'k':20,'filters':{'n':{'$gte':10}},"
                        + "'include':['id','distance','metadata','vector']}";
        JsonNode hits = client.send("POST", PATH + "/search", json(body)).path("hits");

        Table table = post("/search", body);

        assertThat(table.of("id")).hasSize(20);
        for (int row = 0; row < 20; row++) {
            JsonNode hit = hits.get(row);
            assertThat(table.of("id").get(row)).isEqualTo(hit.path("id").asText());
            assertThat((Float) table.of("distance").get(row))
                    .isEqualTo((float) hit.path("distance").asDouble());
            assertThat(table.of("text").get(row)).isEqualTo(hit.path("text").asText());
            assertThat(JSON.readTree((String) table.of("vector").get(row)))
                    .isEqualTo(hit.path("vector"));
            JsonNode metadata = hit.path("metadata");
            assertThat(table.of("n").get(row)).isEqualTo(metadata.path("n").asLong());
            assertThat(table.of("tag").get(row)).isEqualTo(metadata.path("tag").textValue());
            Object rest = table.of("metadata").get(row);
            assertThat(rest == null ? null : JSON.readTree((String) rest).path("extra").asDouble())
                    .isEqualTo(metadata.has("extra") ? metadata.path("extra").asDouble() : null);
        }
        assertThat(table.circumstances.at("/shards/answered").asInt()).isEqualTo(2);
        assertThat(table.circumstances.at("/freshness/lag_records").isMissingNode()).isFalse();
        assertThat(table.circumstances.has("hits")).isFalse();
        assertThat(table.from.headers().firstValue("content-type")).contains(ARROW);
        assertThat(table.from.headers().firstValue("vary")).contains("accept");
    }

    @Test
    void batch_tellsTheSearches() throws Exception {
        Table table =
                post(
                        "/search/batch",
                        "{'searches':[{'vector':[0,0],'k':2,'include':['id']},"
                                + "{'vector':[9,2],'k':3,'include':['distance','vector']},"
                                + "{'vector':[0,0],'k':3,'filters':{'n':-1}}]}");

        assertThat(table.of("query")).containsExactly(0, 0, 1, 1, 1);
        assertThat(table.of("id")).startsWith("p0", "p1", "p9");
        assertThat(table.of("distance")).startsWith(null, null, 0f);
        assertThat(table.of("vector")).startsWith(null, null, "[9.0,2.0]");
        assertThat(table.circumstances.path("results")).hasSize(3);
        assertThat(table.circumstances.at("/results/2/shards/total").asInt()).isEqualTo(2);
    }

    /** Sparse vectors of both halves are found: those of the body and those of Kafka's records. */
    @Test
    void hybrid_findsSparseVectorsThatCameAsArrow() throws Exception {
        for (int i : new int[] {17, 141}) {
            Table table =
                    post(
                            "/hybrid_search",
                            "{'sparse':{'indices':["
                                    + (1000 + i)
                                    + "],'values':[2]},'text':'boots','k':60,'explain':true}");
            assertThat(table.of("score").get(0)).isInstanceOf(Double.class);
            int row = table.of("id").indexOf("p" + i);
            assertThat(row).isNotNegative();
            assertThat((Double) table.of("score_sparse").get(row)).isCloseTo(2 * i, within(1e-3));
            assertThat(table.columns).containsKey("score_text").doesNotContainKey("score_dense");
            assertThat(table.columns).doesNotContainKey("distance");
            assertThat(JSON.readTree((String) table.of("explain").get(row)).has("sparse")).isTrue();
        }
    }

    @Test
    void scroll_pagesByTheCursorOfTheHeader() throws Exception {
        List<Object> ids = new ArrayList<>();
        String cursor = "null";
        int pages = 0;
        while (cursor != null) {
            Table page = post("/scroll", "{'limit':77,'cursor':" + cursor + "}");
            ids.addAll(page.of("id"));
            assertThat(page.columns).doesNotContainKeys("distance", "vector");
            String next = page.from.headers().firstValue("omen-cursor").orElse(null);
            assertThat(page.circumstances.path("cursor").textValue()).isEqualTo(next);
            cursor = next == null ? null : "'" + next + "'";
            pages++;
        }
        assertThat(pages).isEqualTo(POINTS / 77 + 1);
        assertThat(ids).doesNotHaveDuplicates().hasSize(POINTS);
    }

    @Test
    void point_isARow_andErrorsStayJson() throws Exception {
        Table table = read(send("GET", "/points/p12", ""));
        assertThat(table.of("id")).containsExactly("p12");
        assertThat(table.of("vector")).containsExactly("[12.0,5.0]");
        assertThat(table.of("n")).containsExactly(12L);
        problem(send("GET", "/points/nobody", ""), 404);
        problem(send("POST", "/search", "{\"vector\":[1]}"), 422);
        problem(send("POST", "/scroll", "{"), 400);
    }

    /** Where Python has pyarrow, its word for it. */
    @Test
    void pyarrow_readsIt(@TempDir Path dir) throws Exception {
        Path file = dir.resolve("found.arrow");
        String body = "{\"vector\":[50,1],\"k\":5,\"include\":[\"metadata\",\"vector\"]}";
        Files.write(file, send("POST", "/search", body).body());
        Process python;
        try {
            python =
                    new ProcessBuilder(
                                    "python3",
                                    "-c",
                                    "import json,sys\ntry: import pyarrow as pa\n"
                                            + "except ImportError: sys.exit(77)\n"
                                            + "t=pa.ipc.open_stream(open(sys.argv[1],'rb')).read_all()\n"
                                            + "t.validate(full=True)\n"
                                            + "assert t.num_rows==5, t\n"
                                            + "v=t.schema.field('vector').type\n"
                                            + "assert v.list_size==2 and v.value_type==pa.float32(), v\n"
                                            + "assert t.schema.field('n').type==pa.int64(), t.schema\n"
                                            + "assert t['vector'][0].as_py()==[50.0,1.0], t['vector']\n"
                                            + "assert json.loads(t.schema.metadata[b'omen'])['shards']['answered']==2\n",
                                    file.toString())
                            .redirectErrorStream(true)
                            .redirectOutput(dir.resolve("output").toFile())
                            .start();
        } catch (IOException e) {
            Assumptions.abort("python3 is not on this machine");
            return;
        }
        assertThat(python.waitFor(60, TimeUnit.SECONDS)).isTrue();
        Assumptions.assumeTrue(python.exitValue() != 77, "Python has no pyarrow here");
        assertThat(python.exitValue()).as(Files.readString(dir.resolve("output"))).isZero();
    }

    private static void problem(HttpResponse<byte[]> response, int status) {
        assertThat(response.statusCode()).isEqualTo(status);
        assertThat(response.headers().firstValue("content-type"))
                .contains("application/problem+json");
    }

    private Table post(String path, String body) throws Exception {
        return read(send("POST", path, body.replace('\'', '"')));
    }

    private HttpResponse<byte[]> send(String method, String path, String body) throws Exception {
        return http.send(
                HttpRequest.newBuilder(URI.create(url + PATH + path))
                        .method(method, HttpRequest.BodyPublishers.ofString(body))
                        .header("content-type", "application/json")
                        .header("accept", ARROW)
                        .build(),
                HttpResponse.BodyHandlers.ofByteArray());
    }

    private static Table read(HttpResponse<byte[]> response) throws IOException {
        assertThat(response.statusCode())
                .as(new String(response.body(), StandardCharsets.UTF_8))
                .isEqualTo(200);
        Map<String, List<Object>> columns = new LinkedHashMap<>();
        try (BufferAllocator allocator = new RootAllocator();
                ArrowStreamReader reader =
                        new ArrowStreamReader(
                                new ByteArrayInputStream(response.body()), allocator)) {
            VectorSchemaRoot root = reader.getVectorSchemaRoot();
            while (reader.loadNextBatch()) {
                for (FieldVector column : root.getFieldVectors()) {
                    List<Object> values =
                            columns.computeIfAbsent(column.getName(), name -> new ArrayList<>());
                    for (int row = 0; row < root.getRowCount(); row++) {
                        Object value = column.getObject(row);
                        values.add(
                                value == null || value instanceof Number
                                        ? value
                                        : value.toString());
                    }
                }
            }
            String circumstances = root.getSchema().getCustomMetadata().get("omen");
            return new Table(columns, JSON.readTree(circumstances), response);
        }
    }

    private static byte[] utf8(String value) {
        return value.getBytes(StandardCharsets.UTF_8);
    }

    private static JsonNode json(String text) throws IOException {
        return JSON.readTree(text.replace('\'', '"'));
    }
}
