package io.omendb.index.filter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.index.column.FieldColumns;
import io.omendb.schema.CollectionSchema;
import io.omendb.schema.FieldType;
import io.omendb.schema.Metric;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FilterTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final CollectionSchema SCHEMA = schema();
    private static final FieldColumns COLUMNS = new FieldColumns(SCHEMA.fields());
    private static final String[] ROWS = {
        "{\"cat\":\"a\",\"price\":1.5,\"year\":2000,\"stock\":true,\"tags\":[\"x\",\"y\"],\"body\":\"The quick brown fox\"}",
        "{\"cat\":\"b\",\"price\":10,\"year\":2010,\"stock\":false,\"tags\":[\"y\"],\"body\":\"brown bear\"}",
        "{\"cat\":\"a\",\"price\":100,\"year\":-5,\"tags\":[]}",
        "{\"cat\":null,\"year\":9223372036854775807}",
        null,
        "{\"cat\":\"c\",\"price\":-0.5,\"stock\":true,\"tags\":\"x\",\"other\":1}",
    };

    private static CollectionSchema schema() {
        Map<String, FieldType> fields = new LinkedHashMap<>();
        fields.put("cat", FieldType.KEYWORD);
        fields.put("price", FieldType.DOUBLE);
        fields.put("year", FieldType.LONG);
        fields.put("stock", FieldType.BOOL);
        fields.put("tags", FieldType.KEYWORDS);
        fields.put("body", FieldType.TEXT);
        return CollectionSchema.of("c", 2, Metric.L2).withFields(fields);
    }

    @BeforeAll
    static void fill() {
        for (int row = 0; row < ROWS.length; row++) {
            COLUMNS.append(
                    row, ROWS[row] == null ? null : ROWS[row].getBytes(StandardCharsets.UTF_8));
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\'',
            value = {
                "{} | 0 1 2 3 4 5",
                "{\"cat\":\"a\"} | 0 2",
                "{\"cat\":{\"$eq\":\"a\"}} | 0 2",
                "{\"cat\":{\"$ne\":\"a\"}} | 1 3 4 5",
                "{\"cat\":{\"$in\":[\"b\",\"c\",\"zzz\"]}} | 1 5",
                "{\"cat\":{\"$nin\":[\"b\",\"c\"]}} | 0 2 3 4",
                "{\"cat\":{\"$in\":[]}} | ''",
                "{\"cat\":{\"$exists\":true}} | 0 1 2 5",
                "{\"cat\":{\"$exists\":false}} | 3 4",
                "{\"price\":{\"$gte\":1.5}} | 0 1 2",
                "{\"price\":{\"$gt\":1.5}} | 1 2",
                "{\"price\":{\"$lt\":10,\"$gt\":-1}} | 0 5",
                "{\"price\":{\"$lte\":10}} | 0 1 5",
                "{\"price\":10} | 1",
                "{\"year\":{\"$gt\":2000}} | 1 3",
                "{\"year\":{\"$gt\":1999.5,\"$lt\":2000.5}} | 0",
                "{\"year\":{\"$lt\":0}} | 2",
                "{\"year\":9223372036854775807} | 3",
                "{\"year\":{\"$gt\":9223372036854775807}} | ''",
                "{\"year\":{\"$gte\":1e300}} | ''",
                "{\"year\":{\"$in\":[2000,2010.0,7.5]}} | 0 1",
                "{\"stock\":true} | 0 5",
                "{\"stock\":{\"$ne\":true}} | 1 2 3 4",
                "{\"tags\":\"y\"} | 0 1",
                "{\"tags\":{\"$in\":[\"x\",\"z\"]}} | 0 5",
                "{\"tags\":{\"$contains\":\"x\"}} | 0 5",
                "{\"tags\":{\"$exists\":true}} | 0 1 2 5",
                "{\"body\":{\"$contains\":\"BROWN\"}} | 0 1",
                "{\"body\":{\"$contains\":\"brown fox\"}} | 0",
                "{\"$or\":[{\"cat\":\"b\"},{\"price\":{\"$gt\":50}}]} | 1 2",
                "{\"$and\":[{\"cat\":\"a\"},{\"price\":{\"$gt\":50}}]} | 2",
                "{\"$not\":{\"cat\":\"a\"}} | 1 3 4 5",
                "{\"price\":{\"$not\":{\"$gt\":5}}} | 0 3 4 5",
                "{\"cat\":\"a\",\"stock\":true} | 0",
            })
    void match_eachOperator_selectsTheRows(String filter, String expected) throws Exception {
        Filter parsed = FilterParser.parse(JSON.readTree(filter), SCHEMA);
        BitSet matches = parsed.match(COLUMNS, ROWS.length);
        assertThat(matches.stream().mapToObj(String::valueOf).collect(Collectors.joining(" ")))
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"cat\":{\"$regex\":\"a\"}} | INVALID | unknown operator \"$regex\"",
                "{\"$xor\":[]} | INVALID | unknown operator \"$xor\"",
                "{\"nope\":1} | INVALID | field \"nope\" is not declared",
                "{\"cat\":5} | INVALID | expected a value of the field's type keyword",
                "{\"price\":\"5\"} | INVALID | expected a value of the field's type double",
                "{\"cat\":{\"$gt\":\"a\"}} | INVALID | a range needs a double or long field",
                "{\"body\":\"x\"} | INVALID | $contains",
                "{\"cat\":{\"$in\":\"a\"}} | MALFORMED | expected an array",
                "{\"cat\":{\"$exists\":1}} | MALFORMED | expected true or false",
                "{\"$or\":{}} | MALFORMED | expected a non-empty array",
                "{\"cat\":{}} | MALFORMED | expected an operator",
                "[] | MALFORMED | expected an object",
            })
    void parse_badFilter_namesWhatIsWrong(String filter, ErrorCode code, String message) {
        assertThatThrownBy(() -> FilterParser.parse(JSON.readTree(filter), SCHEMA))
                .isInstanceOfSatisfying(
                        OmenException.class, e -> assertThat(e.code()).isEqualTo(code))
                .hasMessageContaining(message);
    }

    @Test
    void parse_nestedTooDeep_isRefused() {
        String deep = "{\"$not\":".repeat(100) + "{}" + "}".repeat(100);
        assertThatThrownBy(() -> FilterParser.parse(JSON.readTree(deep), SCHEMA))
                .hasMessageContaining("nested deeper than " + FilterParser.DEPTH_MAX);
    }
}
