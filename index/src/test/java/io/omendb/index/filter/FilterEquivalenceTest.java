package io.omendb.index.filter;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.omendb.index.column.FieldColumns;
import io.omendb.index.column.RowMatcher;
import io.omendb.schema.CollectionSchema;
import io.omendb.schema.Metric;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Every way of asking a filter gives the rows that the oracle gives. */
class FilterEquivalenceTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int ROUNDS = 40;
    private static final int FILTERS = 40;

    @Test
    void bind_randomSchemasRowsAndFilters_agreesWithTheOracle() throws Exception {
        long seed = new Random().nextLong();
        for (int round = 0; round < ROUNDS; round++) {
            checkRound(seed + round);
        }
    }

    private static void checkRound(long seed) throws Exception {
        Random random = new Random(seed);
        RandomFilters data = new RandomFilters(random);
        CollectionSchema schema = CollectionSchema.of("c", 2, Metric.L2).withFields(data.fields());
        FieldColumns columns = new FieldColumns(data.fields());
        List<@Nullable JsonNode> rows = new ArrayList<>();
        int appended = random.nextInt(random.nextBoolean() ? 200 : 6000);
        for (int row = 0; row < appended; row++) {
            ObjectNode metadata = data.row(row);
            columns.append(row, metadata == null ? null : JSON.writeValueAsBytes(metadata));
            rows.add(metadata);
        }
        FilterOracle oracle = new FilterOracle(data.fields());
        List<JsonNode> filters = new ArrayList<>();
        List<BitSet> expected = new ArrayList<>();
        for (int i = 0; i < FILTERS; i++) {
            JsonNode filter = JSON.readTree(JSON.writeValueAsBytes(data.filter(3)));
            filters.add(filter);
            BitSet matches = new BitSet();
            for (int row = 0; row < appended; row++) {
                matches.set(row, oracle.matches(filter, rows.get(row)));
            }
            expected.add(matches);
        }
        int some = random.nextInt(appended + 1);
        for (int i = 0; i < FILTERS; i++) {
            String what = "seed " + seed + ", " + filters.get(i) + " of " + data.fields();
            Filter filter = FilterParser.parse(filters.get(i), schema);
            check(what, filter, columns, appended, expected.get(i));
            check(what, filter, columns, some, expected.get(i));
        }
        columns.freeze(appended);
        for (int i = 0; i < FILTERS; i++) {
            String what = "seed " + seed + ", frozen, " + filters.get(i) + " of " + data.fields();
            Filter filter = FilterParser.parse(filters.get(i), schema);
            check(what, filter, columns, appended, expected.get(i));
            check(what, filter, columns, some, expected.get(i));
        }
    }

    private static void check(
            String what, Filter filter, FieldColumns columns, int limit, BitSet expected) {
        BitSet below = expected.get(0, limit);
        assertThat(filter.match(columns, limit)).as(what).isEqualTo(below);
        RowMatcher matcher = filter.bind(columns, limit);
        assertThat(matcher.estimate()).as(what).isBetween(0, limit);
        BitSet probed = new BitSet();
        for (int row = 0; row < limit; row++) {
            probed.set(row, matcher.matches(row));
        }
        assertThat(probed).as(what).isEqualTo(below);
        assertThat(matcher.rows()).as(what).isEqualTo(below);
        if (matcher.none()) {
            assertThat(below.isEmpty()).as(what).isTrue();
        }
        if (matcher.all()) {
            assertThat(below.cardinality()).as(what).isEqualTo(limit);
        }
    }
}
