package io.omendb.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.record.PointJson.Vectors;
import io.omendb.schema.CollectionSchema;
import io.omendb.schema.Metric;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PointBatchTest {
    private static final String GOOD = "{\"id\":\"a\",\"vector\":[1,2]}";

    @Test
    void readPoints_goodOnes_keepsTheirOrder() {
        PointBatch<Point> batch =
                json("{\"points\":[" + GOOD + "," + GOOD.replace('a', 'b') + "]}");

        assertThat(batch.bad()).isEmpty();
        assertThat(batch.points()).extracting(Point::id).containsExactly("a", "b");
    }

    @Test
    void readPoints_badOnesBetween_areAllNamed() {
        PointBatch<Point> batch =
                json(
                        "{\"points\":[7,"
                                + GOOD
                                + ",{\"id\":\"x\",\"vector\":[[1],{\"y\":[]}],\"metadata\":{}},[[]],"
                                + GOOD
                                + ",{\"id\":1,\"vector\":[1]}]}");

        assertThat(batch.bad()).extracting(PointBatch.BadPoint::index).containsExactly(0, 2, 3, 5);
        assertThat(batch.points()).hasSize(2);
    }

    @Test
    void readPoints_manyBadOnes_stopsAtTheLimit() {
        String json = "{\"points\":[" + "1,".repeat(100) + "1]}";

        PointBatch<Point> batch =
                PointBatch.readPoints(
                        StrictJson.parser(json.getBytes(StandardCharsets.UTF_8)), 1000);

        assertThat(batch.bad()).hasSize(PointBatch.BAD_MAX);
    }

    @Test
    void readPoints_brokenBatch_isMalformed() {
        assertCode(ErrorCode.MALFORMED, "[]", "body: found an array");
        assertCode(ErrorCode.MALFORMED, "{}", "points: found nothing");
        assertCode(ErrorCode.MALFORMED, "{\"points\":{}}", "points: found an object");
        assertCode(ErrorCode.MALFORMED, "{\"point\":[]}", "point: found an unknown field");
        assertCode(ErrorCode.MALFORMED, "{\"points\":[" + GOOD, "body: found broken JSON");
        assertCode(ErrorCode.MALFORMED, "{\"points\":[]}{}", "after the batch: found an object");
        assertCode(
                ErrorCode.TOO_LARGE,
                "{\"points\":[" + (GOOD + ",").repeat(10) + GOOD + "]}",
                "points: found more than 10");
    }

    @Test
    void readNdjson_emptyLines_doNotCount() {
        byte[] lines =
                ("\n" + GOOD + "\r\n  \n{\"id\":\"b\"}\n" + GOOD).getBytes(StandardCharsets.UTF_8);

        PointBatch<Point> batch = PointBatch.readNdjson(lines, 10, Vectors.REQUIRED);

        assertThat(batch.points()).hasSize(2);
        assertThat(batch.bad()).extracting(PointBatch.BadPoint::index).containsExactly(1);
    }

    @Test
    void readNdjson_tooMany_isTooLarge() {
        byte[] lines = (GOOD + "\n").repeat(11).getBytes(StandardCharsets.UTF_8);

        assertThatThrownBy(() -> PointBatch.readNdjson(lines, 10, Vectors.REQUIRED))
                .isInstanceOf(OmenException.class)
                .hasMessageContaining("more than 10");
    }

    @Test
    void readPoints_withTextsInsteadOfVectors_whereThatIsAllowed() {
        String json =
                "{'points':[{'id':'a','text':'t'},{'id':'b','vector':null,'text':'t'},"
                        + "{'id':'c','vector':[],'text':'t'},{'id':'d'},{'id':'e','vector':[1,2]}]}";
        byte[] bytes = json.replace('\'', '"').getBytes(StandardCharsets.UTF_8);

        PointBatch<Point> batch =
                PointBatch.readPoints(StrictJson.parser(bytes), 10, Vectors.OR_TEXT);

        assertThat(batch.points()).extracting(Point::hasVector).containsExactly(false, false, true);
        assertThat(batch.bad()).extracting(PointBatch.BadPoint::index).containsExactly(2, 3);
        assertThat(batch.bad().get(1).reason())
                .hasMessage("vector: found nothing, expected an array of numbers, or a text");
        PointBatch<Point> strict = PointBatch.readPoints(StrictJson.parser(bytes), 10);
        assertThat(strict.bad()).extracting(PointBatch.BadPoint::index).containsExactly(0, 1, 3);
        assertThat(strict.bad().get(0).reason())
                .hasMessageContaining("texts are embedded by gateways");
    }

    @Test
    void checked_withoutVector_isGoodWhereTheCollectionEmbeds() {
        PointBatch<Point> batch =
                new PointBatch<>(
                        List.of(
                                new Point("a", Point.NO_VECTOR, null, "t", null, null),
                                new Point("", Point.NO_VECTOR, null, "t", null, null),
                                new Point("c", Point.NO_VECTOR, null, null, null, null)),
                        List.of());
        CollectionSchema plain = CollectionSchema.of("c", 2, Metric.L2);

        assertThat(batch.checked(fitting(plain)).bad())
                .extracting(PointBatch.BadPoint::index)
                .containsExactly(0, 1, 2);
        assertThat(batch.checked(fitting(plain.withEmbedder("e"))).bad())
                .extracting(PointBatch.BadPoint::index)
                .containsExactly(1, 2);
    }

    @Test
    void checked_wrongDimension_namesTheIndex() {
        PointBatch<Point> batch =
                json("{\"points\":[" + GOOD + ",{\"id\":\"b\",\"vector\":[1,2,3]}]}")
                        .checked(fitting(CollectionSchema.of("c", 2, Metric.L2)));

        assertThat(batch.bad()).extracting(PointBatch.BadPoint::index).containsExactly(1);
        assertThat(batch.bad().get(0).reason().code()).isEqualTo(ErrorCode.INVALID);
    }

    @Test
    void checked_withPointsThatCouldNotBeRead_namesBothInTheOrderSent() {
        String wide = "{\"id\":\"b\",\"vector\":[1,2,3]}";
        PointBatch<Point> batch =
                json("{\"points\":[" + String.join(",", wide, "7", "8", GOOD, wide, "9") + "]}")
                        .checked(fitting(CollectionSchema.of("c", 2, Metric.L2)));

        assertThat(batch.bad())
                .extracting(PointBatch.BadPoint::index)
                .containsExactly(0, 1, 2, 4, 5);
        assertThat(batch.bad())
                .extracting(bad -> bad.reason().code())
                .containsExactly(
                        ErrorCode.INVALID,
                        ErrorCode.MALFORMED,
                        ErrorCode.MALFORMED,
                        ErrorCode.INVALID,
                        ErrorCode.MALFORMED);
    }

    @Test
    void checked_manyOfBothKinds_namesTheFirst() {
        String lines = ("{\"id\":\"b\",\"vector\":[1,2,3]}\n7\n" + GOOD + "\n").repeat(30);
        PointBatch<Point> batch =
                PointBatch.readNdjson(
                                lines.getBytes(StandardCharsets.UTF_8), 1000, Vectors.REQUIRED)
                        .checked(fitting(CollectionSchema.of("c", 2, Metric.L2)));

        assertThat(batch.bad())
                .extracting(PointBatch.BadPoint::index)
                .containsExactlyElementsOf(
                        IntStream.range(0, 30).filter(i -> i % 3 != 2).boxed().toList());
    }

    private static void assertCode(ErrorCode code, String json, String message) {
        assertThatThrownBy(() -> json(json))
                .isInstanceOfSatisfying(
                        OmenException.class, e -> assertThat(e.code()).isEqualTo(code))
                .hasMessageStartingWith(message);
    }

    private static Consumer<Point> fitting(CollectionSchema schema) {
        return point -> PointRules.checkSent(schema, point);
    }

    private static PointBatch<Point> json(String json) {
        return PointBatch.readPoints(StrictJson.parser(json.getBytes(StandardCharsets.UTF_8)), 10);
    }
}
