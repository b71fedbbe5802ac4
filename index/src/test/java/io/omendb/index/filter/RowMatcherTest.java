package io.omendb.index.filter;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.omendb.index.column.FieldColumns;
import io.omendb.index.column.RowMatcher;
import io.omendb.schema.CollectionSchema;
import io.omendb.schema.FieldType;
import io.omendb.schema.Metric;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How well a matcher knows how many rows match, and what writers do to readers. */
class RowMatcherTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int ROWS = 100_000;
    private static final CollectionSchema SCHEMA = schema();
    private static final FieldColumns GROWING = filled();
    private static final FieldColumns FROZEN = filled();

    private static CollectionSchema schema() {
        Map<String, FieldType> fields = new LinkedHashMap<>();
        fields.put("shop", FieldType.KEYWORD);
        fields.put("at", FieldType.LONG);
        fields.put("price", FieldType.DOUBLE);
        fields.put("sold", FieldType.BOOL);
        fields.put("tags", FieldType.KEYWORDS);
        fields.put("body", FieldType.TEXT);
        return CollectionSchema.of("c", 2, Metric.L2).withFields(fields);
    }

    private static FieldColumns filled() {
        FieldColumns columns = new FieldColumns(SCHEMA.fields());
        for (int row = 0; row < ROWS; row++) {
            columns.append(row, row(row));
        }
        return columns;
    }

    /** Shop and price are scattered, at ascends, every tenth row is sold. */
    private static byte[] row(int row) {
        int scattered = (int) ((row * 2_654_435_761L) >>> 8) & 0xffff;
        String json =
                "{\"shop\":\"s"
                        + scattered % 100
                        + "\",\"at\":"
                        + row
                        + ",\"price\":"
                        + scattered / 65.536
                        + (row % 10 == 0 ? ",\"sold\":true" : "")
                        + ",\"tags\":[\"t"
                        + scattered % 7
                        + "\",\"u"
                        + row % 3
                        + "\"],\"body\":\"word"
                        + scattered % 5
                        + " and more\"}";
        return json.getBytes(StandardCharsets.UTF_8);
    }

    private static RowMatcher bind(String filter, FieldColumns columns, int rows) {
        try {
            return FilterParser.parse(JSON.readTree(filter), SCHEMA).bind(columns, rows);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @BeforeAll
    static void freeze() {
        FROZEN.freeze(ROWS);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"shop\":\"s7\"}",
                "{\"shop\":{\"$in\":[\"s7\",\"s8\",\"none\"]}}",
                "{\"shop\":{\"$ne\":\"s7\"}}",
                "{\"at\":{\"$gte\":500,\"$lt\":700}}",
                "{\"at\":{\"$in\":[1,5,99999,100000]}}",
                "{\"price\":{\"$gt\":100,\"$lt\":101}}",
                "{\"price\":{\"$lt\":990}}",
                "{\"sold\":true}",
                "{\"sold\":{\"$exists\":false}}",
                "{\"tags\":\"u1\"}",
                "{\"body\":{\"$contains\":\"WORD3\"}}",
            })
    void estimate_oneField_isExactWhenFrozenAndCloseWhileGrowing(String filter) {
        RowMatcher frozen = bind(filter, FROZEN, ROWS);
        int expected = frozen.rows().cardinality();
        assertThat(frozen.estimate()).isEqualTo(expected);
        assertThat(bind(filter, GROWING, ROWS).estimate())
                .isCloseTo(expected, Offset.offset(ROWS / 20));
        assertThat(bind(filter, FROZEN, ROWS / 2).estimate())
                .isCloseTo(expected / 2, Offset.offset(ROWS / 20));
    }

    @Test
    void estimate_and_isTheProductOfShares() {
        assertThat(bind("{\"shop\":\"s7\",\"sold\":true}", FROZEN, ROWS).estimate())
                .isCloseTo(ROWS / 1000, Offset.offset(20));
    }

    @Test
    void none_whatNoRowHas_isKnownBeforeAnyRowIsRead() {
        for (FieldColumns columns : new FieldColumns[] {GROWING, FROZEN}) {
            assertThat(bind("{\"shop\":\"nowhere\"}", columns, ROWS).none()).isTrue();
            assertThat(bind("{\"at\":{\"$gt\":100000}}", columns, ROWS).none()).isTrue();
            assertThat(bind("{\"sold\":false}", columns, ROWS).none()).isTrue();
            assertThat(bind("{\"at\":{\"$exists\":false}}", columns, ROWS).none()).isTrue();
            assertThat(bind("{\"at\":{\"$gt\":7,\"$lt\":7}}", columns, ROWS).none()).isTrue();
            assertThat(bind("{\"at\":{\"$gte\":0}}", columns, ROWS).all()).isTrue();
            assertThat(bind("{}", columns, ROWS).all()).isTrue();
        }
    }

    @Test
    void bytes_frozen_countsTheIndex() {
        double added = (double) (FROZEN.bytes() - GROWING.bytes()) / ROWS;
        assertThat(added).isBetween(2 * 4.0, 30.0);
    }

    @Test
    @Timeout(60)
    void rows_whileOneThreadAppendsAndFreezes_areThoseBelowTheLimit() throws Exception {
        FieldColumns columns = new FieldColumns(SCHEMA.fields());
        AtomicInteger appended = new AtomicInteger();
        Thread writer =
                new Thread(
                        () -> {
                            for (int row = 0; row < ROWS; row++) {
                                columns.append(row, row(row));
                                appended.set(row + 1);
                            }
                            columns.freeze(ROWS);
                        },
                        "column-writer");
        writer.start();
        String[] filters = {
            "{\"shop\":\"s7\"}",
            "{\"at\":{\"$gte\":500,\"$lt\":70000}}",
            "{\"price\":{\"$lt\":100}}",
            "{\"sold\":true}",
            "{\"tags\":\"u1\"}",
            "{\"body\":{\"$contains\":\"word3 more\"}}"
        };
        boolean last = false;
        while (!last) {
            last = !writer.isAlive();
            int rows = appended.get();
            for (String filter : filters) {
                assertThat(bind(filter, columns, rows).rows())
                        .as(filter + " below " + rows)
                        .isEqualTo(bind(filter, GROWING, rows).rows());
            }
        }
        writer.join();
    }
}
