package io.omendb.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.record.PointPatch.Part;
import io.omendb.schema.CollectionSchema;
import io.omendb.schema.FieldType;
import io.omendb.schema.Metric;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PatchJsonTest {
    private static final CollectionSchema SCHEMA =
            CollectionSchema.of("c", 2, Metric.COSINE).withFields(Map.of("price", FieldType.LONG));

    @Test
    void read_everyPart_givesThePatch() {
        PointPatch patch =
                read(
                        """
                        {"id":"ä","vector":[1,2],"metadata":{"a":null,"b":{"c":1}},"text":"t",
                         "sparse":{"indices":[7,1],"values":[0.5,2]}}
                        """,
                        null);

        assertThat(patch.id()).isEqualTo("ä");
        assertThat(patch.vector()).containsExactly(1, 2);
        assertThat(patch.metadata()).hasToString("{\"a\":null,\"b\":{\"c\":1}}");
        assertThat(patch.text()).isEqualTo("t");
        assertThat(patch.sparse())
                .isEqualTo(new SparseVector(new int[] {1, 7}, new float[] {2, 0.5f}));
        assertThat(patch.removed()).isEmpty();
    }

    @Test
    void read_null_removes_andWhatIsAbsentStays() {
        PointPatch patch = read("{\"text\":null,\"metadata\":{\"x\":1}}", "a");

        assertThat(patch.id()).isEqualTo("a");
        assertThat(patch.removed()).containsExactly(Part.TEXT);
        assertThat(patch.hasVector()).isFalse();
        assertThat(patch.keeps(Part.TEXT)).isFalse();
        assertThat(patch.keeps(Part.METADATA)).isFalse();
        assertThat(patch.keeps(Part.SPARSE)).isTrue();
    }

    @Test
    void read_memberTwice_takesTheLast() {
        PointPatch patch = read("{\"text\":null,\"text\":\"x\"}", "a");

        assertThat(patch.text()).isEqualTo("x");
        assertThat(patch.removed()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "{`text`:`t`} | id: found nothing, expected a string",
                "{`id`:`a`} | patch: found nothing to change, expected one of vector, metadata,"
                        + " text, sparse",
                "{`id`:`a`,`vector`:null} | vector: found null, expected an array of numbers",
                "{`id`:`a`,`vector`:[]} | vector: found 0 components, expected the collection's"
                        + " dimension, or no vector",
                "{`id`:`a`,`price`:1} | price: found an unknown field, expected one of id, vector,"
                        + " metadata, text, sparse",
                "{`id`:`a`,`sparse`:{`indices`:[1]}} | sparse.values: found nothing, expected an"
                        + " array of numbers",
                "{`id`:`a`,`sparse`:{`indices`:[1],`values`:[]}} | sparse.values: found 0 values,"
                        + " expected as many as there are indices, 1",
                "[] | patch: found an array, expected an object",
            })
    void read_malformed_namesFieldFoundAndExpected(String json, String message) {
        assertThatThrownBy(() -> read(json, null))
                .isInstanceOf(OmenException.class)
                .hasMessage(message);
    }

    @Test
    void read_otherId_isMalformed() {
        assertThat(read("{\"id\":\"a\",\"text\":\"t\"}", "a").id()).isEqualTo("a");
        assertThatThrownBy(() -> read("{\"id\":\"b\",\"text\":\"t\"}", "a"))
                .isInstanceOfSatisfying(
                        OmenException.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.MALFORMED))
                .hasMessage("id: found \"b\", expected none, or \"a\"");
    }

    @Test
    void write_anyPatch_readsBackTheSame() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int i = 0; i < 500; i++) {
            PointPatch patch = random(random);
            if (!patch.isEmpty()) {
                assertThat(PatchJson.read(PatchJson.write(patch), null))
                        .as("seed %d", seed)
                        .isEqualTo(patch);
            }
        }
    }

    private static PointPatch random(Random random) {
        Set<Part> removed = EnumSet.noneOf(Part.class);
        for (Part part : Part.values()) {
            if (random.nextInt(3) == 0) {
                removed.add(part);
            }
        }
        ObjectNode metadata = StrictJson.mapper().createObjectNode();
        metadata.put("p", random.nextInt()).putNull("gone").putObject("in").putNull("x");
        return new PointPatch(
                "id" + random.nextInt(),
                random.nextBoolean() ? Point.NO_VECTOR : new float[] {random.nextFloat(), 1},
                removed.contains(Part.METADATA) || random.nextBoolean() ? null : metadata,
                removed.contains(Part.TEXT) || random.nextBoolean() ? null : "t",
                removed.contains(Part.SPARSE) || random.nextBoolean()
                        ? null
                        : new SparseVector(new int[] {3}, new float[] {random.nextFloat()}),
                removed);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "{`vector`:[1]} | vector: found 1 components, expected the collection's dimension 2",
                "{`vector`:[0,0]} | vector: found a zero vector, expected a direction, as the metric"
                        + " is cosine",
                "{`metadata`:{`price`:`x`}} | metadata.price: found \"x\", expected an integer of"
                        + " at most 64 bits, as the field is declared long",
                "{`sparse`:{`indices`:[1],`values`:[1]}} | sparse: found a sparse vector, expected"
                        + " none, as the collection has sparse=false",
            })
    void check_brokenRule_isInvalid(String json, String message) {
        assertThatThrownBy(() -> PointRules.check(SCHEMA, read(json, "a"))).hasMessage(message);
        assertThatThrownBy(() -> PointRules.checkSent(SCHEMA, read(json, "a"))).hasMessage(message);
    }

    @Test
    void check_removalOfADeclaredField_isAllowed() {
        PointRules.check(SCHEMA, read("{\"metadata\":{\"price\":null}}", "a"));
    }

    @Test
    void check_textOfAnEmbedder_wantsItsVectorBehindTheGateway() {
        CollectionSchema embedded = SCHEMA.withEmbedder("e");
        PointPatch patch = read("{\"text\":\"t\"}", "a");

        PointRules.checkSent(embedded, patch);
        assertThatThrownBy(() -> PointRules.check(embedded, patch))
                .hasMessage(
                        "vector: found nothing, expected the vector of the new text: texts are"
                                + " embedded by gateways");
        PointRules.check(embedded, patch.withVector(new float[] {1, 0}));
    }

    private static PointPatch read(String json, String id) {
        return PatchJson.read(json.replace('`', '"').getBytes(StandardCharsets.UTF_8), id);
    }
}
