package io.omendb.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.omendb.cli.client.GatewayClient;
import io.omendb.cli.stack.StackDirectory;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.table.api.bridge.java.StreamTableEnvironment;
import org.apache.flink.types.Row;
import org.apache.flink.util.CloseableIterator;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/** Flink SQL, in a job of its own, against a running stack. */
@ExtendWith(SharedOmen.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SqlIT {
    private static final ObjectMapper JSON = new ObjectMapper();

    private StreamTableEnvironment sql;
    private GatewayClient client;
    private String with;

    @BeforeAll
    void open(SharedOmen.Running shared) {
        client = shared.omen().client;
        String kafka =
                StackDirectory.running(shared.omen().directory()).orElseThrow().bootstrapServers();
        with =
                "'connector' = 'omendb', 'bootstrap.servers' = '"
                        + kafka
                        + "', 'gateway' = '"
                        + shared.omen().url
                        + "', 'search.consistency' = 'strong', 'search.timeout' = '30 s'";
        Configuration config = new Configuration();
        config.setString("rest.bind-port", "0");
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment(config);
        env.setParallelism(2);
        sql = StreamTableEnvironment.create(env);
    }

    /** A stream of prices beside one of embeddings. */
    @Test
    void insertWithoutTheVector_changesPointsThatAreThere() throws Exception {
        sql.executeSql(
                "CREATE TABLE priced (sku STRING, at_all AS PROCTIME(), vector ARRAY<FLOAT>, words STRING, price DOUBLE,"
                        + " stock INT, size ROW<w INT, h INT>, codes MAP<STRING, STRING>,"
                        + " PRIMARY KEY (sku) NOT ENFORCED) WITH ("
                        + with
                        + ", 'collection' = 'sql-priced', 'dimension' = '2', 'metric' = 'l2',"
                        + " 'text.column' = 'words')");
        run(
                "INSERT INTO priced VALUES ('a', ARRAY[CAST(1 AS FLOAT), 2], 'a boot', 10.5, 7,"
                        + " ROW(3, 4), MAP['ean', '1']), ('b', ARRAY[CAST(3 AS FLOAT), 4], 'b', 1.0, 1,"
                        + " ROW(1, 1), MAP['ean', '2'])");

        run(
                "INSERT INTO priced (sku, price, size) VALUES"
                        + " ('a', 9.5, ROW(5, CAST(NULL AS INT))),"
                        + " ('nobody', 1.0, ROW(1, 1)), ('b', CAST(NULL AS DOUBLE), ROW(1, 1))");
        run("INSERT INTO priced (words, sku) VALUES ('a shoe', 'a')");

        JsonNode a = strong("a");
        assertThat(a.path("metadata"))
                .hasToString(
                        "{\"price\":9.5,\"stock\":7,\"size\":{\"w\":5},\"codes\":{\"ean\":\"1\"}}");
        assertThat(a.path("vector")).hasToString("[1.0,2.0]");
        assertThat(a.path("text").asText()).isEqualTo("a shoe");
        assertThat(strong("b").path("metadata").has("price")).isFalse();
        assertThat(strong("b").path("metadata").path("stock").asInt()).isOne();
        assertThat(
                        client.send(
                                        "POST",
                                        "/collections/sql-priced/count",
                                        JSON.readTree("{\"consistency\":\"strong\"}"))
                                .path("count")
                                .asInt())
                .isEqualTo(2);
        assertThatThrownBy(() -> run("INSERT INTO priced (sku) VALUES ('a')"))
                .hasStackTraceContaining("INSERT of the key alone");
        assertThatThrownBy(() -> run("INSERT INTO priced (sku, codes) VALUES ('a', MAP['x', 'y'])"))
                .hasStackTraceContaining("found a MAP in an insert without the vector");
    }

    /** A point, once everything that was written is applied. */
    private JsonNode strong(String id) throws Exception {
        JsonNode found =
                client.send(
                        "POST",
                        "/collections/sql-priced/search",
                        JSON.readTree(
                                "{\"vector\":[0,0],\"k\":9,\"consistency\":\"strong\","
                                        + "\"include\":[\"metadata\",\"vector\"]}"));
        for (JsonNode hit : found.path("hits")) {
            if (hit.path("id").asText().equals(id)) {
                return hit;
            }
        }
        throw new AssertionError("no " + id + " in " + found);
    }

    @Test
    void insert_search_lookup() throws Exception {
        sql.executeSql(
                "CREATE TABLE products (sku STRING, vector ARRAY<FLOAT>, words STRING, category STRING,"
                        + " price DOUBLE, stock INT, tags ARRAY<STRING>, since DATE, sold BOOLEAN,"
                        + " size ROW<w INT, h INT>, PRIMARY KEY (sku) NOT ENFORCED) WITH ("
                        + with
                        + ", 'collection' = 'sql-products', 'dimension' = '3', 'metric' = 'cosine',"
                        + " 'text.column' = 'words')");
        run(
                "INSERT INTO products VALUES"
                        + " ('boots', ARRAY[CAST(1 AS FLOAT), 0, 0], 'warm boots', 'shoes', 129.5, 7,"
                        + " ARRAY['new', 'red'], DATE '2026-03-01', TRUE, ROW(3, 4)),"
                        + " ('sandals', ARRAY[CAST(0.9 AS FLOAT), 0.1, 0], CAST(NULL AS STRING), 'shoes', 39.0,"
                        + " CAST(NULL AS INT), CAST(NULL AS ARRAY<STRING>), CAST(NULL AS DATE),"
                        + " CAST(NULL AS BOOLEAN), CAST(NULL AS ROW<w INT, h INT>)),"
                        + " ('grinder', ARRAY[CAST(0 AS FLOAT), 0, 1], 'a grinder', 'kitchen', 45.0, 2,"
                        + " ARRAY['new'], DATE '2025-01-02', FALSE, ROW(1, 1))");

        JsonNode schema = client.send("GET", "/collections/sql-products", null);
        assertThat(schema.at("/fields/category").asText()).isEqualTo("keyword");
        assertThat(schema.at("/fields/stock").asText()).isEqualTo("long");
        assertThat(schema.at("/fields/tags").asText()).isEqualTo("keyword[]");
        assertThat(schema.path("metric").asText()).isEqualTo("cosine");
        JsonNode found =
                client.send(
                        "POST",
                        "/collections/sql-products/hybrid_search",
                        JSON.readTree(
                                "{\"text\":\"grinder\",\"k\":1,\"consistency\":\"strong\",\"filters\":"
                                        + "{\"since\":\"2025-01-02\",\"tags\":\"new\",\"sold\":false}}"));
        assertThat(found.at("/hits/0/id").asText()).isEqualTo("grinder");
        assertThat(found.at("/hits/0/metadata/size/w").asInt()).isEqualTo(1);

        sql.executeSql(
                "CREATE TEMPORARY VIEW asked AS SELECT * FROM (VALUES (1, ARRAY[CAST(1 AS FLOAT), 0, 0]),"
                        + " (2, ARRAY[CAST(0 AS FLOAT), 0.1, 1])) AS T(n, v)");
        List<Row> rows =
                rows(
                        "SELECT n, sku, words, price, stock, tags, since, sold, size.h, vector, score"
                                + " FROM asked, LATERAL TABLE(VECTOR_SEARCH(TABLE products,"
                                + " DESCRIPTOR(vector), asked.v, 2))");
        rows.sort(
                Comparator.comparing((Row row) -> (Integer) row.getField("n"))
                        .thenComparing(row -> -(Double) row.getField("score")));
        assertThat(rows).hasSize(4);
        Row first = rows.get(0);
        assertThat(first.getField("sku")).isEqualTo("boots");
        assertThat(first.getField("words")).isEqualTo("warm boots");
        assertThat(first.getField("price")).isEqualTo(129.5);
        assertThat(first.getField("stock")).isEqualTo(7);
        assertThat((Object[]) first.getField("tags")).containsExactly("new", "red");
        assertThat(first.getField("since")).isEqualTo(LocalDate.of(2026, 3, 1));
        assertThat(first.getField("sold")).isEqualTo(true);
        assertThat(first.getField("h")).isEqualTo(4);
        assertThat((Float[]) first.getField("vector")).containsExactly(1f, 0f, 0f);
        assertThat((Double) first.getField("score")).isCloseTo(1, within(1e-6));
        assertThat(rows.get(1).getField("sku")).isEqualTo("sandals");
        assertThat(rows.get(1).getField("stock")).isNull();
        assertThat(rows.get(1).getField("h")).isNull();
        assertThat(rows.get(2).getField("sku")).isEqualTo("grinder");

        List<Row> joined =
                rows(
                        "SELECT o.n, p.price, p.since FROM (SELECT n, CASE n WHEN 1 THEN 'boots' ELSE"
                                + " '' END AS sku, PROCTIME() AS proc FROM asked) AS o LEFT JOIN products"
                                + " FOR SYSTEM_TIME AS OF o.proc AS p ON o.sku = p.sku");
        joined.sort(Comparator.comparing(row -> (Integer) row.getField("n")));
        assertThat(joined.get(0).getField("price")).isEqualTo(129.5);
        assertThat(joined.get(1).getField("price")).isNull();
    }

    /** What a query takes back is deleted, what it changes replaced. */
    @Test
    void changesOfAQuery_areUpsertsAndDeletions() throws Exception {
        sql.executeSql(
                "CREATE TABLE latest (id STRING PRIMARY KEY NOT ENFORCED, v ARRAY<DOUBLE>, n BIGINT) WITH ("
                        + with
                        + ", 'collection' = 'sql-latest', 'dimension' = '2', 'metric' = 'l2',"
                        + " 'vector.column' = 'v')");
        run(
                "INSERT INTO latest SELECT id, ARRAY[CAST(SUM(x) AS DOUBLE), 0.5], COUNT(*) FROM (VALUES"
                        + " ('a', 1), ('b', 10), ('a', 2), ('c', 5), ('a', 4)) AS T(id, x) GROUP BY id"
                        + " HAVING COUNT(*) < 2 OR id = 'a'");
        run("INSERT INTO latest VALUES ('c', ARRAY[CAST(9 AS DOUBLE), 9], 3)");
        List<Row> rows =
                rows(
                        "SELECT id, n, score FROM (VALUES (ARRAY[CAST(7 AS DOUBLE), 0.5])) AS T(q),"
                                + " LATERAL TABLE(VECTOR_SEARCH(TABLE latest, DESCRIPTOR(v), T.q, 10))");
        rows.sort(Comparator.comparing(row -> (Double) row.getField("score")));
        assertThat(rows).extracting(row -> row.getField("id")).containsExactly("a", "b", "c");
        assertThat(rows.get(0).getField("n")).isEqualTo(3L);
        assertThat((Double) rows.get(0).getField("score")).isCloseTo(0, within(1e-6));
        assertThat((Double) rows.get(1).getField("score")).isCloseTo(3, within(1e-6));
    }

    @Test
    void wrongTables_areRefusedWithWhatIsExpected() throws Exception {
        refused("(id STRING, vector ARRAY<FLOAT>)", "", "expected PRIMARY KEY (id) NOT ENFORCED");
        refused(
                "(id BIGINT PRIMARY KEY NOT ENFORCED, vector ARRAY<FLOAT>)",
                "",
                "the id is a STRING");
        refused(
                "(id STRING PRIMARY KEY NOT ENFORCED, v ARRAY<FLOAT>)",
                "",
                "found no column vector");
        refused(
                "(id STRING PRIMARY KEY NOT ENFORCED, vector ARRAY<INT>)",
                "",
                "expected: ARRAY<FLOAT> or ARRAY<DOUBLE>");
        refused(
                "(id STRING PRIMARY KEY NOT ENFORCED, vector ARRAY<FLOAT>, b BYTES)",
                "",
                "Column b: found BYTES");
        refused(
                "(id STRING PRIMARY KEY NOT ENFORCED, vector ARRAY<FLOAT>)",
                ", 'dimension' = '2', 'metric' = 'l3'",
                "l3");
        refused(
                "(id STRING PRIMARY KEY NOT ENFORCED, vector ARRAY<FLOAT>)",
                ", 'gatway' = 'x'",
                "gatway");
        refused(
                "(id STRING PRIMARY KEY NOT ENFORCED, vector ARRAY<FLOAT>)",
                ", 'properties.acks' = '1'",
                "properties.acks: found 1, expected all");
    }

    private void refused(String columns, String options, String message) {
        sql.executeSql("DROP TABLE IF EXISTS wrong");
        sql.executeSql(
                "CREATE TABLE wrong "
                        + columns
                        + " WITH ("
                        + with
                        + ", 'collection' = 'sql-wrong'"
                        + options
                        + ")");
        assertThatThrownBy(() -> sql.explainSql("INSERT INTO wrong SELECT * FROM wrong"))
                .hasStackTraceContaining(message);
    }

    private void run(String statement) throws Exception {
        sql.executeSql(statement).await(2, TimeUnit.MINUTES);
    }

    private List<Row> rows(String query) throws Exception {
        List<Row> rows = new ArrayList<>();
        try (CloseableIterator<Row> found = sql.executeSql(query).collect()) {
            found.forEachRemaining(rows::add);
        }
        return rows;
    }
}
