package io.omendb.client;

import static io.omendb.client.filter.Filters.and;
import static io.omendb.client.filter.Filters.contains;
import static io.omendb.client.filter.Filters.eq;
import static io.omendb.client.filter.Filters.exists;
import static io.omendb.client.filter.Filters.gt;
import static io.omendb.client.filter.Filters.gte;
import static io.omendb.client.filter.Filters.in;
import static io.omendb.client.filter.Filters.lt;
import static io.omendb.client.filter.Filters.lte;
import static io.omendb.client.filter.Filters.ne;
import static io.omendb.client.filter.Filters.nin;
import static io.omendb.client.filter.Filters.not;
import static io.omendb.client.filter.Filters.or;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.omendb.client.filter.Filter;
import io.omendb.index.column.FieldColumns;
import io.omendb.index.filter.FilterParser;
import io.omendb.schema.CollectionSchema;
import io.omendb.schema.FieldType;
import io.omendb.schema.Metric;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every filter, as JSON and as the server's own parser understands it. */
class FiltersTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final CollectionSchema SCHEMA =
            CollectionSchema.of("c", 2, Metric.L2)
                    .withFields(
                            new LinkedHashMap<>(
                                    Map.of(
                                            "cat", FieldType.KEYWORD,
                                            "price", FieldType.DOUBLE,
                                            "year", FieldType.LONG,
                                            "stock", FieldType.BOOL,
                                            "tags", FieldType.KEYWORDS,
                                            "body", FieldType.TEXT)));

    /** What a row is in plain Java; null for a field it has not. */
    private record Row(String cat, Double price, Long year, Boolean stock, List<String> tags) {
        byte[] json() {
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("cat", cat);
            fields.put("price", price);
            fields.put("year", year);
            fields.put("stock", stock);
            fields.put("tags", tags);
            fields.values().removeIf(value -> value == null);
            if (cat != null) {
                fields.put("body", "Brown " + cat);
            }
            return Json.write(fields);
        }
    }

    private static final List<Row> ROWS =
            List.of(
                    new Row("a", 1.5, 2000L, true, List.of("x", "y")),
                    new Row("b", 10.0, 2010L, false, List.of("y")),
                    new Row("a", 100.0, -5L, null, null),
                    new Row(null, null, Long.MAX_VALUE, null, null),
                    new Row("c", -0.5, null, true, List.of("x")));

    private static Arguments of(Filter filter, String json, Predicate<Row> means) {
        return Arguments.of(filter, json, means);
    }

    static Stream<Arguments> filters() {
        return Stream.of(
                of(eq("cat", "a"), "{'cat':'a'}", row -> "a".equals(row.cat)),
                of(eq("price", 10), "{'price':10}", row -> row.price != null && row.price == 10),
                of(
                        eq("year", Long.MAX_VALUE),
                        "{'year':9223372036854775807}",
                        row -> row.year != null && row.year == Long.MAX_VALUE),
                of(eq("stock", true), "{'stock':true}", row -> Boolean.TRUE.equals(row.stock)),
                of(ne("cat", "a"), "{'cat':{'$ne':'a'}}", row -> !"a".equals(row.cat)),
                of(
                        ne("price", 1.5),
                        "{'price':{'$ne':1.5}}",
                        row -> row.price == null || row.price != 1.5),
                of(
                        ne("stock", false),
                        "{'stock':{'$ne':false}}",
                        row -> !Boolean.FALSE.equals(row.stock)),
                of(
                        gt("price", 1.5),
                        "{'price':{'$gt':1.5}}",
                        row -> row.price != null && row.price > 1.5),
                of(
                        gte("price", 1.5f),
                        "{'price':{'$gte':1.5}}",
                        row -> row.price != null && row.price >= 1.5),
                of(
                        lt("year", 2010),
                        "{'year':{'$lt':2010}}",
                        row -> row.year != null && row.year < 2010),
                of(
                        lte("year", 2010L),
                        "{'year':{'$lte':2010}}",
                        row -> row.year != null && row.year <= 2010),
                of(
                        in("cat", "b", "c"),
                        "{'cat':{'$in':['b','c']}}",
                        row -> "b".equals(row.cat) || "c".equals(row.cat)),
                of(in("cat", List.of()), "{'cat':{'$in':[]}}", row -> false),
                of(
                        nin("year", 2000, -5),
                        "{'year':{'$nin':[2000,-5]}}",
                        row -> row.year == null || (row.year != 2000 && row.year != -5)),
                of(nin("cat", List.of("a")), "{'cat':{'$nin':['a']}}", row -> !"a".equals(row.cat)),
                of(exists("price"), "{'price':{'$exists':true}}", row -> row.price != null),
                of(exists("cat", false), "{'cat':{'$exists':false}}", row -> row.cat == null),
                of(
                        contains("tags", "x"),
                        "{'tags':{'$contains':'x'}}",
                        row -> row.tags != null && row.tags.contains("x")),
                of(
                        contains("body", "BROWN a"),
                        "{'body':{'$contains':'BROWN a'}}",
                        row -> "a".equals(row.cat)),
                of(
                        and(eq("cat", "a"), gte("year", 0)),
                        "{'$and':[{'cat':'a'},{'year':{'$gte':0}}]}",
                        row -> "a".equals(row.cat) && row.year != null && row.year >= 0),
                of(
                        and(gt("price", -1), gt("price", 5), lt("price", 50)),
                        "{'$and':[{'price':{'$gt':-1}},{'price':{'$gt':5}},{'price':{'$lt':50}}]}",
                        row -> row.price != null && row.price > 5 && row.price < 50),
                of(
                        or(eq("cat", "b"), gt("price", 50)),
                        "{'$or':[{'cat':'b'},{'price':{'$gt':50}}]}",
                        row -> "b".equals(row.cat) || (row.price != null && row.price > 50)),
                of(not(eq("cat", "a")), "{'$not':{'cat':'a'}}", row -> !"a".equals(row.cat)));
    }

    @ParameterizedTest
    @MethodSource("filters")
    void each_isTheContractsJsonAndSelectsTheRows(
            Filter filter, String json, Predicate<Row> means) {
        assertThat(new String(Json.write(filter), StandardCharsets.UTF_8))
                .isEqualTo(json.replace('\'', '"'));
        assertThat(selected(filter)).isEqualTo(meant(means));
    }

    @Test
    void nested_atRandom_selectsWhatItMeans() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int i = 0; i < 500; i++) {
            Case nested = random(random, 4);
            assertThat(selected(nested.filter))
                    .as("seed %d: %s", seed, nested.filter)
                    .isEqualTo(meant(nested.means));
        }
    }

    private record Case(Filter filter, Predicate<Row> means) {}

    @SuppressWarnings("unchecked")
    private static Case random(Random random, int depth) {
        int kind = depth == 0 ? 0 : random.nextInt(4);
        if (kind == 1) {
            Case one = random(random, depth - 1);
            return new Case(not(one.filter), one.means.negate());
        }
        if (kind >= 2) {
            List<Case> some =
                    IntStream.range(0, 1 + random.nextInt(3))
                            .mapToObj(i -> random(random, depth - 1))
                            .toList();
            List<Filter> filters = some.stream().map(Case::filter).toList();
            return kind == 2
                    ? new Case(and(filters), row -> some.stream().allMatch(c -> c.means.test(row)))
                    : new Case(or(filters), row -> some.stream().anyMatch(c -> c.means.test(row)));
        }
        List<Arguments> all = filters().toList();
        Object[] one = all.get(random.nextInt(all.size())).get();
        return new Case((Filter) one[0], (Predicate<Row>) one[2]);
    }

    @Test
    void make_whatHasNoJson_isRefused() {
        assertThatThrownBy(() -> eq("price", Double.NaN))
                .hasMessageContaining("price: found NaN, expected a string, a finite number");
        assertThatThrownBy(() -> in("cat", new Object())).hasMessageContaining("cat: found");
        assertThatThrownBy(() -> eq("$and", 1)).hasMessageContaining("found \"$and\"");
        assertThatThrownBy(() -> eq("", 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> and()).hasMessageContaining("$and: found no filters");
    }

    /** The rows that the server would select. */
    private static List<Integer> selected(Filter filter) {
        FieldColumns columns = new FieldColumns(SCHEMA.fields());
        for (int row = 0; row < ROWS.size(); row++) {
            columns.append(row, ROWS.get(row).json());
        }
        try {
            return FilterParser.parse(JSON.readTree(Json.write(filter)), SCHEMA)
                    .match(columns, ROWS.size())
                    .stream()
                    .boxed()
                    .collect(Collectors.toList());
        } catch (java.io.IOException e) {
            throw new AssertionError(e);
        }
    }

    private static List<Integer> meant(Predicate<Row> means) {
        List<Integer> rows = new ArrayList<>();
        for (int row = 0; row < ROWS.size(); row++) {
            if (means.test(ROWS.get(row))) {
                rows.add(row);
            }
        }
        return rows;
    }
}
