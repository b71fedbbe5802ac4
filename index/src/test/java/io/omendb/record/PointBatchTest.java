package io.omendb.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.schema.CollectionSchema;
import io.omendb.schema.Metric;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class PointBatchTest {
    private static final String GOOD = "{\"id\":\"a\",\"vector\":[1,2]}";

    @Test
    void readPoints_goodOnes_keepsTheirOrder() {
        PointBatch batch = json("{\"points\":[" + GOOD + "," + GOOD.replace('a', 'b') + "]}");

        assertThat(batch.bad()).isEmpty();
        assertThat(batch.points()).extracting(Point::id).containsExactly("a", "b");
    }

    @Test
    void readPoints_badOnesBetween_areAllNamed() {
        PointBatch batch =
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

        PointBatch batch =
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

        PointBatch batch = PointBatch.readNdjson(lines, 10);

        assertThat(batch.points()).hasSize(2);
        assertThat(batch.bad()).extracting(PointBatch.BadPoint::index).containsExactly(1);
    }

    @Test
    void readNdjson_tooMany_isTooLarge() {
        byte[] lines = (GOOD + "\n").repeat(11).getBytes(StandardCharsets.UTF_8);

        assertThatThrownBy(() -> PointBatch.readNdjson(lines, 10))
                .isInstanceOf(OmenException.class)
                .hasMessageContaining("more than 10");
    }

    @Test
    void checked_wrongDimension_namesTheIndex() {
        PointBatch batch =
                json("{\"points\":[" + GOOD + ",{\"id\":\"b\",\"vector\":[1,2,3]}]}")
                        .checked(CollectionSchema.of("c", 2, Metric.L2));

        assertThat(batch.bad()).extracting(PointBatch.BadPoint::index).containsExactly(1);
        assertThat(batch.bad().get(0).reason().code()).isEqualTo(ErrorCode.INVALID);
    }

    private static void assertCode(ErrorCode code, String json, String message) {
        assertThatThrownBy(() -> json(json))
                .isInstanceOfSatisfying(
                        OmenException.class, e -> assertThat(e.code()).isEqualTo(code))
                .hasMessageStartingWith(message);
    }

    private static PointBatch json(String json) {
        return PointBatch.readPoints(StrictJson.parser(json.getBytes(StandardCharsets.UTF_8)), 10);
    }
}
