package io.omendb.index.filter;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.omendb.fuzz.Untrusted;
import io.omendb.index.column.FieldColumns;
import io.omendb.record.StrictJson;
import io.omendb.schema.CollectionSchema;
import io.omendb.schema.FieldType;
import io.omendb.schema.Metric;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import java.util.List;
import java.util.Map;

/** Filters, from a request's bytes over the gateway's JSON to the rows that match in a shard. */
public class FilterFuzz {
    private static final ObjectMapper JSON = new ObjectMapper();

    private static final Map<String, FieldType> FIELDS =
            Map.of(
                    "k", FieldType.KEYWORD,
                    "t", FieldType.KEYWORDS,
                    "d", FieldType.DOUBLE,
                    "n", FieldType.LONG,
                    "b", FieldType.BOOL,
                    "x", FieldType.TEXT);

    private static final CollectionSchema SCHEMA =
            CollectionSchema.of("c", 2, Metric.L2).withFields(FIELDS);

    private static final List<JsonNode> ROWS =
            List.of(
                    row("{'k':'a','t':['a','b'],'d':1.5,'n':7,'b':true,'x':'one fox'}"),
                    row("{'k':'b','t':'a','d':-0.0,'n':-7,'b':false,'x':'two dogs'}"),
                    row("{'k':'','t':[],'d':1e308,'n':9223372036854775807,'x':''}"),
                    row("{'d':-1e308,'n':-9223372036854775808,'k':null}"),
                    row("{'d':9007199254740993,'n':9007199254740993,'t':['']}"),
                    row("{}"));

    private static final FieldColumns GROWING = columns();
    private static final FieldColumns FROZEN = columns();

    static {
        FROZEN.freeze(ROWS.size());
    }

    @FuzzTest
    void filter(byte[] input) {
        read(input);
    }

    /** Reads an input and checks what became of it. */
    public static void read(byte[] input) {
        Untrusted.request(input, () -> check(input));
    }

    private static void check(byte[] input) {
        JsonNode json = asTheShardReadsIt(StrictJson.object(input, "filters").toString());
        Filter filter = FilterParser.parse(json, SCHEMA);
        BitSet found = filter.match(GROWING, ROWS.size());
        assertThat(filter.match(FROZEN, ROWS.size())).isEqualTo(found);
        // The oracle knows words of the plainest kind only.
        if (!json.toString().contains("\"x\"")) {
            FilterOracle oracle = new FilterOracle(FIELDS);
            BitSet expected = new BitSet();
            for (int i = 0; i < ROWS.size(); i++) {
                expected.set(i, oracle.matches(json, ROWS.get(i)));
            }
            assertThat(found).isEqualTo(expected);
        }
    }

    private static JsonNode asTheShardReadsIt(String json) {
        try {
            return JSON.readTree(json);
        } catch (IOException e) {
            throw StrictJson.malformed(e);
        }
    }

    private static FieldColumns columns() {
        FieldColumns columns = new FieldColumns(FIELDS);
        for (int i = 0; i < ROWS.size(); i++) {
            columns.append(i, ROWS.get(i).toString().getBytes(StandardCharsets.UTF_8));
        }
        return columns;
    }

    private static JsonNode row(String json) {
        try {
            return JSON.readTree(json.replace('\'', '"'));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
