package io.omendb.index.filter;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.omendb.index.column.FieldColumns;
import io.omendb.index.column.RowMatcher;
import io.omendb.schema.CollectionSchema;
import io.omendb.schema.FieldType;
import io.omendb.schema.Metric;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;

/** Indexes over frozen columns answer as the columns themselves do. */
class FrozenColumnsTest {
    private static final Map<String, FieldType> FIELDS =
            Map.of(
                    "k", FieldType.KEYWORD,
                    "t", FieldType.KEYWORDS,
                    "x", FieldType.TEXT,
                    "d", FieldType.DOUBLE,
                    "l", FieldType.LONG,
                    "b", FieldType.BOOL);

    private final long seed = System.nanoTime();
    private final Random random = new Random(seed);

    @RepeatedTest(5)
    void bind_frozenOrNot_isTheSame() throws Exception {
        int rows = 1 + random.nextInt(5000);
        FieldColumns growing = new FieldColumns(FIELDS);
        FieldColumns frozen = new FieldColumns(FIELDS);
        for (int row = 0; row < rows; row++) {
            byte[] metadata = random.nextInt(20) == 0 ? null : metadata();
            growing.append(row, metadata);
            frozen.append(row, metadata);
        }
        frozen.freeze(rows);
        CollectionSchema schema = CollectionSchema.of("c", 2, Metric.L2).withFields(FIELDS);
        for (int trial = 0; trial < 200; trial++) {
            String json = filter(2);
            Filter filter = FilterParser.parse(new ObjectMapper().readTree(json), schema);
            RowMatcher expected = filter.bind(growing, rows);
            RowMatcher found = filter.bind(frozen, rows);
            BitSet tested = new BitSet(rows);
            for (int row = 0; row < rows; row++) {
                tested.set(row, expected.matches(row));
                assertThat(found.matches(row))
                        .as("seed %d row %d %s", seed, row, json)
                        .isEqualTo(tested.get(row));
            }
            assertThat(expected.rows()).as("seed %d %s", seed, json).isEqualTo(tested);
            assertThat(found.rows()).as("seed %d %s", seed, json).isEqualTo(tested);
            assertThat(found.estimate()).as("seed %d %s", seed, json).isBetween(0, rows);
            int fewer = random.nextInt(rows + 1);
            tested.clear(fewer, rows);
            assertThat(filter.match(frozen, fewer)).as("seed %d %s", seed, json).isEqualTo(tested);
        }
    }

    @RepeatedTest(3)
    void estimate_frozenSingleCondition_isExact() throws Exception {
        int rows = 3000 + random.nextInt(3000);
        FieldColumns frozen = new FieldColumns(FIELDS);
        for (int row = 0; row < rows; row++) {
            frozen.append(row, metadata());
        }
        frozen.freeze(rows);
        CollectionSchema schema = CollectionSchema.of("c", 2, Metric.L2).withFields(FIELDS);
        for (String json :
                new String[] {"{\"k\":\"v3\"}", "{\"d\":{\"$lt\":0.5}}", "{\"l\":{\"$gte\":2}}"}) {
            RowMatcher bound =
                    FilterParser.parse(new ObjectMapper().readTree(json), schema)
                            .bind(frozen, rows);
            assertThat(bound.estimate())
                    .as("seed %d %s", seed, json)
                    .isEqualTo(bound.rows().cardinality());
        }
    }

    private byte[] metadata() {
        StringBuilder json = new StringBuilder("{");
        String[] parts = {
            "\"k\":\"v" + random.nextInt(12) + "\"",
            "\"t\":[\"a" + random.nextInt(4) + "\",\"a" + random.nextInt(4) + "\"]",
            "\"x\":\"red " + random.nextInt(3) + " fox\"",
            "\"d\":" + (random.nextInt(9) == 0 ? "-0.0" : number()),
            "\"l\":" + (random.nextInt(9) - 4),
            "\"b\":" + random.nextBoolean()
        };
        for (String part : parts) {
            if (random.nextInt(5) > 0) {
                json.append(json.length() > 1 ? "," : "").append(part);
            }
        }
        return json.append('}').toString().getBytes(StandardCharsets.UTF_8);
    }

    private String number() {
        return String.format(Locale.ROOT, "%.1f", random.nextGaussian());
    }

    private String filter(int depth) {
        int kind = random.nextInt(depth > 0 ? 13 : 9);
        return switch (kind) {
            case 0 -> "{\"k\":\"v" + random.nextInt(14) + "\"}";
            case 1 -> "{\"k\":{\"$in\":[\"v1\",\"v" + random.nextInt(14) + "\"]}}";
            case 2 -> "{\"t\":{\"$contains\":\"a" + random.nextInt(5) + "\"}}";
            case 3 -> "{\"x\":{\"$contains\":\"red " + random.nextInt(4) + "\"}}";
            case 4 -> "{\"d\":{\"$gte\":" + number() + ",\"$lt\":" + number() + "}}";
            case 5 -> "{\"d\":{\"$in\":[0,0.5]}}";
            case 6 -> "{\"l\":{\"$nin\":[1," + random.nextInt(4) + "]}}";
            case 7 -> "{\"l\":{\"$gt\":" + number() + "}}";
            case 8 -> random.nextBoolean() ? "{\"b\":true}" : "{\"d\":{\"$exists\":false}}";
            case 9 -> "{\"$not\":" + filter(depth - 1) + "}";
            case 10 -> "{\"$or\":[" + filter(depth - 1) + "," + filter(depth - 1) + "]}";
            default -> "{\"$and\":[" + filter(depth - 1) + "," + filter(depth - 1) + "]}";
        };
    }
}
