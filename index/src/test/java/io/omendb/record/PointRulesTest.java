package io.omendb.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.schema.CollectionSchema;
import io.omendb.schema.FieldType;
import io.omendb.schema.Metric;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PointRulesTest {
    private static final CollectionSchema SCHEMA =
            new CollectionSchema(
                    "c",
                    2,
                    Metric.COSINE,
                    Map.of(
                            "category", FieldType.KEYWORD,
                            "tags", FieldType.KEYWORDS,
                            "price", FieldType.DOUBLE,
                            "year", FieldType.LONG,
                            "in_stock", FieldType.BOOL,
                            "body", FieldType.TEXT),
                    true,
                    "auto",
                    2,
                    null);

    @Test
    void vectorOfEnormousLength_isRefusedWhereItsSquareCounts() {
        for (Metric metric : new Metric[] {Metric.L2, Metric.DOT}) {
            CollectionSchema schema = CollectionSchema.of("c", 2, metric);
            Point far = Point.of("a", new float[] {0, -1e22f});
            assertThatCode(() -> PointRules.check(schema, far))
                    .as("in the log it may be")
                    .doesNotThrowAnyException();
            assertThatThrownBy(() -> PointRules.checkSent(schema, far))
                    .hasMessage(
                            "vector: found a vector of length 1.0E22, expected at most 1.0E18, as"
                                    + " squared distances are float32");
            Point near = Point.of("a", new float[] {6e17f, -7e17f});
            assertThatCode(() -> PointRules.checkSent(schema, near)).doesNotThrowAnyException();
        }
        Point direction = Point.of("a", new float[] {3e38f, 3e38f});
        assertThatCode(() -> PointRules.checkSent(SCHEMA, direction)).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{'category':'a','tags':['x','y'],'price':1.5,'year':2024,'in_stock':true,'body':'t'}",
                "{'category':null,'tags':null,'price':null,'year':null,'in_stock':null,'body':null}",
                "{'tags':'one','price':3,'year':-9223372036854775808}",
                "{'tags':[]}",
                "{'undeclared':{'any':['depth',1,2.5,null]}}",
            })
    void check_fittingMetadata_passes(String metadata) {
        assertThatCode(() -> PointRules.check(SCHEMA, point(metadata))).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "{'category':5} | metadata.category: found 5, expected a string, as the field is"
                        + " declared keyword",
                "{'category':['a']} | metadata.category: found an array, expected a string, as the"
                        + " field is declared keyword",
                "{'tags':['a',1]} | metadata.tags: found an array, expected an array of strings, as"
                        + " the field is declared keyword[]",
                "{'tags':{}} | metadata.tags: found an object, expected an array of strings, as the"
                        + " field is declared keyword[]",
                "{'price':'1'} | metadata.price: found \"1\", expected a number, as the field is"
                        + " declared double",
                "{'price':NaN} | metadata.price: found NaN, expected a finite number",
                "{'x':[{'y':1e999}]} | metadata.x[0].y: found Infinity, expected a finite number",
                "{'year':2024.0} | metadata.year: found 2024.0, expected an integer of at most 64"
                        + " bits, as the field is declared long",
                "{'year':9223372036854775808} | metadata.year: found 9223372036854775808, expected"
                        + " an integer of at most 64 bits, as the field is declared long",
                "{'in_stock':1} | metadata.in_stock: found 1, expected true or false, as the field"
                        + " is declared bool",
                "{'body':false} | metadata.body: found false, expected a string, as the field is"
                        + " declared text",
            })
    void check_metadataOfAnotherType_isInvalid(String metadata, String message) {
        assertInvalid(SCHEMA, point(metadata), message);
    }

    @Test
    void check_id_isBoundedAndUnicode() {
        assertThatCode(() -> PointRules.check(SCHEMA, Point.of("ä".repeat(256), 1, 1)))
                .doesNotThrowAnyException();
        assertInvalid(
                SCHEMA, Point.of("", 1, 1), "id: found 0 bytes, expected 1 to 512 bytes in UTF-8");
        assertInvalid(
                SCHEMA,
                Point.of("ä".repeat(256) + "a", 1, 1),
                "id: found 513 bytes, expected 1 to 512 bytes in UTF-8");
        assertInvalid(
                SCHEMA,
                Point.of("a\ud800", 1, 1),
                "id: found an unpaired surrogate, expected valid Unicode");
    }

    @Test
    void check_textAndMetadata_areUnicode() {
        Point point = Point.of("a", 1, 1);
        assertThatCode(
                        () ->
                                PointRules.check(
                                        SCHEMA,
                                        with(point, "\ud83d\ude00", "{\"x\":\"\ud83d\ude00\"}")))
                .doesNotThrowAnyException();
        assertInvalid(
                SCHEMA,
                with(point, "b\ude00", "{}"),
                "text: found an unpaired surrogate, expected valid Unicode");
        assertInvalid(
                SCHEMA,
                with(point, "b", "{\"x\":[1,{\"y\":\"\\ud83d\"}]}"),
                "metadata.x[1].y: found an unpaired surrogate, expected valid Unicode");
        Point named = point.withMetadata(StrictJson.mapper().createObjectNode().put("a\ud83d", 1));
        assertInvalid(
                SCHEMA,
                named,
                "metadata.a\ud83d: found an unpaired surrogate, expected valid Unicode");
    }

    private static Point with(Point point, String text, String metadata) {
        return new Point(
                point.id(),
                point.vector(),
                StrictJson.object(metadata.getBytes(StandardCharsets.UTF_8), "metadata"),
                text,
                null,
                null);
    }

    @Test
    void check_vector_fitsTheCollection() {
        assertInvalid(
                SCHEMA,
                Point.of("a", 1, 2, 3),
                "vector: found 3 components, expected the collection's dimension 2");
        assertInvalid(
                SCHEMA,
                Point.of("a"),
                "vector: found 0 components, expected the collection's dimension 2");
        assertInvalid(
                SCHEMA,
                Point.of("a", 1, Float.NaN),
                "vector[1]: found NaN, expected a finite number within the range of float32");
        assertInvalid(
                SCHEMA,
                PointJson.read(
                        "{\"id\":\"a\",\"vector\":[-1e39,0]}".getBytes(StandardCharsets.UTF_8)),
                "vector[0]: found -Infinity, expected a finite number within the range of float32");
        assertInvalid(
                SCHEMA,
                Point.of("a", 0, -0f),
                "vector: found a zero vector, expected a direction, as the metric is cosine");
        assertThatCode(
                        () ->
                                PointRules.check(
                                        CollectionSchema.of("c", 2, Metric.L2),
                                        Point.of("a", 0, 0)))
                .doesNotThrowAnyException();
    }

    @Test
    void check_sparse_isOrderedAndDeclared() {
        assertThatCode(() -> PointRules.check(SCHEMA, sparse(new int[] {0, 5}, 1, 2)))
                .doesNotThrowAnyException();
        assertInvalid(
                CollectionSchema.of("c", 2, Metric.L2),
                sparse(new int[] {0}, 1),
                "sparse: found a sparse vector, expected none, as the collection has sparse=false");
        assertInvalid(
                SCHEMA,
                sparse(new int[] {0, 5}, 1),
                "sparse.values: found 1 values, expected as many as there are indices, 2");
        assertInvalid(
                SCHEMA,
                sparse(new int[] {-1}, 1),
                "sparse.indices[0]: found -1, expected a number of at least 0");
        assertInvalid(
                SCHEMA,
                sparse(new int[] {5, 5}, 1, 2),
                "sparse.indices[1]: found 5 after 5, expected ascending numbers without repeats");
        assertInvalid(
                SCHEMA,
                sparse(new int[] {5}, Float.POSITIVE_INFINITY),
                "sparse.values[0]: found Infinity, expected a finite number within the range of"
                        + " float32");
    }

    private static Point sparse(int[] indices, float... values) {
        return new Point("a", new float[] {1, 1}, null, null, indices, values);
    }

    private static Point point(String metadata) {
        return Point.of("a", 1, 1)
                .withMetadata(
                        StrictJson.object(
                                metadata.replace('\'', '"').getBytes(StandardCharsets.UTF_8),
                                "metadata"));
    }

    private static void assertInvalid(CollectionSchema schema, Point point, String message) {
        assertThatThrownBy(() -> PointRules.check(schema, point))
                .isInstanceOfSatisfying(
                        OmenException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID))
                .hasMessage(message);
    }
}
