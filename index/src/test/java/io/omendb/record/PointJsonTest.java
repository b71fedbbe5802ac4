package io.omendb.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.omendb.ErrorCode;
import io.omendb.OmenException;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PointJsonTest {

    @Test
    void read_everyField_givesThePoint() {
        Point point =
                read(
                        """
                        {"id":"ä","vector":[1, -2.5, 3e-3],"metadata":{"a":[1,{"b":null}]},
                         "text":"hello","sparse":{"indices":[1,7],"values":[0.5,2]}}
                        """);

        assertThat(point.id()).isEqualTo("ä");
        assertThat(point.vector()).containsExactly(1f, -2.5f, 0.003f);
        assertThat(new String(point.metadataJson(), StandardCharsets.UTF_8))
                .isEqualTo("{\"a\":[1,{\"b\":null}]}");
        assertThat(point.text()).isEqualTo("hello");
        assertThat(point.sparseIndices()).containsExactly(1, 7);
        assertThat(point.sparseValues()).containsExactly(0.5f, 2f);
    }

    @Test
    void read_sparseVectorInAnyOrder_isSorted() {
        Point point =
                PointJson.read(
                        ("{\"id\":\"a\",\"vector\":[1],\"sparse\":{\"indices\":[9,3,2147483647,0],"
                                        + "\"values\":[0.5,-1.25,3,-0.0]}}")
                                .getBytes(StandardCharsets.UTF_8));
        assertThat(point.sparseIndices()).containsExactly(0, 3, 9, 2147483647);
        assertThat(point.sparseValues()).containsExactly(-0f, -1.25f, 0.5f, 3);
    }

    @Test
    void read_nullOptionalFields_areAbsent() {
        Point point =
                read(
                        "{\"id\":\"a\",\"vector\":[1],\"metadata\":null,\"text\":null,\"sparse\":null}");

        assertThat(point).isEqualTo(Point.of("a", 1f));
        assertThat(point.metadataJson()).isNull();
    }

    @Test
    void write_randomFloatBits_readsBackBitByBit() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        float[] vector = new float[20_000];
        for (int i = 0; i < vector.length; i++) {
            float value = Float.intBitsToFloat(random.nextInt());
            vector[i] = Float.isFinite(value) ? value : random.nextFloat();
        }
        ObjectNode metadata = StrictJson.mapper().createObjectNode();
        metadata.put("price", random.nextDouble()).put("big", Long.MAX_VALUE).put("s", "\"\n€");
        Point point = new Point("p", vector, metadata, "t", new int[] {0, 9}, new float[] {1, 2});

        assertThat(PointJson.read(PointJson.write(point))).as("seed %d", seed).isEqualTo(point);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "{`vector`:[1]} | id: found nothing, expected a string",
                "{`id`:`a`} | vector: found nothing, expected an array of numbers",
                "{`id`:5,`vector`:[1]} | id: found 5, expected a string",
                "{`id`:null,`vector`:[1]} | id: found null, expected a string",
                "{`id`:`a`,`vector`:`x`} | vector: found \"x\", expected an array of numbers",
                "{`id`:`a`,`vector`:[1,`2`]} | vector[1]: found \"2\", expected a number",
                "{`id`:`a`,`vector`:[null]} | vector[0]: found null, expected a number",
                "{`id`:`a`,`vector`:[[1]]} | vector[0]: found an array, expected a number",
                "{`id`:`a`,`vector`:[1],`metadata`:3} | metadata: found 3, expected an object",
                "{`id`:`a`,`vector`:[1],`text`:{}} | text: found an object, expected a string",
                "{`id`:`a`,`vector`:[1],`sparse`:{`indices`:[1]}} | sparse.values: found nothing,"
                        + " expected an array of numbers",
                "{`id`:`a`,`vector`:[1],`sparse`:{`indices`:[1.5]}} | sparse.indices[0]: found"
                        + " 1.5, expected an integer",
                "{`id`:`a`,`vector`:[1],`colour`:1} | colour: found an unknown field, expected one"
                        + " of id, vector, metadata, text, sparse",
                "{`id`:`a`,`id`:`b`,`vector`:[1]} | id: found it twice, expected it once",
                "[1] | point: found an array, expected an object",
            })
    void read_malformed_namesFieldFoundAndExpected(String json, String message) {
        assertThatThrownBy(() -> read(json.replace('`', '"')))
                .isInstanceOfSatisfying(
                        OmenException.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.MALFORMED))
                .hasMessage(message);
    }

    @Test
    void read_brokenJson_isMalformed() {
        for (String json :
                new String[] {"", "{", "{\"id\":\"a\",\"vector\":[1,", "{}x", "\u0000"}) {
            assertThatThrownBy(() -> read(json))
                    .as(json)
                    .isInstanceOfSatisfying(
                            OmenException.class,
                            e -> assertThat(e.code()).isEqualTo(ErrorCode.MALFORMED));
        }
    }

    private static Point read(String json) {
        return PointJson.read(json.getBytes(StandardCharsets.UTF_8));
    }
}
