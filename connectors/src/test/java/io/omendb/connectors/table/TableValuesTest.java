package io.omendb.connectors.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.table.data.ArrayData;
import org.apache.flink.table.data.DecimalData;
import org.apache.flink.table.data.GenericArrayData;
import org.apache.flink.table.data.GenericMapData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.data.binary.BinaryArrayData;
import org.apache.flink.table.types.logical.BigIntType;
import org.apache.flink.table.types.logical.BooleanType;
import org.apache.flink.table.types.logical.DateType;
import org.apache.flink.table.types.logical.DecimalType;
import org.apache.flink.table.types.logical.DoubleType;
import org.apache.flink.table.types.logical.FloatType;
import org.apache.flink.table.types.logical.IntType;
import org.apache.flink.table.types.logical.LocalZonedTimestampType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.MapType;
import org.apache.flink.table.types.logical.SmallIntType;
import org.apache.flink.table.types.logical.TimeType;
import org.apache.flink.table.types.logical.TimestampType;
import org.apache.flink.table.types.logical.VarCharType;
import org.junit.jupiter.api.Test;

/** Values of a table against those of a point. */
class TableValuesTest {
    private static final LogicalType TEXT = new VarCharType(VarCharType.MAX_LENGTH);

    /** Points may have been written by anybody. */
    @Test
    void metadataThatDoesNotFit_isNull() {
        for (LogicalType type :
                List.of(
                        new IntType(),
                        new BigIntType(),
                        new SmallIntType(),
                        new DoubleType(),
                        new FloatType(),
                        new BooleanType(),
                        new DecimalType(5, 2),
                        new DateType(),
                        new TimeType(),
                        new TimestampType(3),
                        new LocalZonedTimestampType(3),
                        new MapType(TEXT, new IntType()))) {
            for (Object value : List.of("n/a", List.of(1), Map.of("a", "b"))) {
                assertThat(MetadataValues.fromJson(type, value))
                        .as("%s of %s", type, value)
                        .isNull();
            }
        }
        assertThat(MetadataValues.fromJson(new SmallIntType(), 70_000L)).isNull();
        assertThat(MetadataValues.fromJson(new IntType(), 1.5)).isNull();
        assertThat(MetadataValues.fromJson(new IntType(), true)).isNull();
        assertThat(MetadataValues.fromJson(new IntType(), 7L)).isEqualTo(7);
        assertThat(MetadataValues.fromJson(new DecimalType(5, 2), 1.25))
                .isEqualTo(DecimalData.fromBigDecimal(new BigDecimal("1.25"), 5, 2));
    }

    @Test
    void values_areTheSameThereAndBack() {
        Map<LogicalType, Object> values = new HashMap<>();
        values.put(new DateType(), 20_000);
        values.put(new TimeType(), 3_723_004);
        values.put(new DoubleType(), 0.1);
        values.put(new FloatType(), 0.1f);
        values.put(new BigIntType(), Long.MIN_VALUE);
        values.put(TEXT, StringData.fromString("ä"));
        values.forEach(
                (type, value) -> {
                    var json = MetadataValues.toJson(type, value);
                    Object plain = json.isNumber() ? json.numberValue() : json.asText();
                    assertThat(MetadataValues.fromJson(type, plain))
                            .as("%s", type)
                            .isEqualTo(value);
                });
    }

    @Test
    void whatJsonCannotSay_isRefused() {
        assertThatThrownBy(() -> MetadataValues.toJson(new DoubleType(), Double.NaN))
                .hasMessage("found NaN, expected a finite number");
        Map<Object, Object> entries = new HashMap<>();
        entries.put(null, 1);
        assertThatThrownBy(
                        () ->
                                MetadataValues.toJson(
                                        new MapType(TEXT, new IntType()),
                                        new GenericMapData(entries)))
                .hasMessageContaining("found a NULL key");
    }

    /** The planner casts nothing: integers read as floats would be tiny floats. */
    @Test
    void queryOfAnotherType_isReadOrRefused_neverTakenForAnotherVector() {
        LogicalType floats = new FloatType();
        LogicalType doubles = new DoubleType();
        float[] wanted = {1, 0, 2};
        assertThat(QueryVectors.read(binary(new float[] {1, 0, 2}), floats)).isEqualTo(wanted);
        assertThat(QueryVectors.read(binary(new double[] {1, 0, 2}), doubles)).isEqualTo(wanted);
        for (Object[] objects :
                new Object[][] {
                    {1, 0, 2},
                    {1f, 0f, 2f},
                    {1.0, 0.0, 2.0},
                    {decimal("1.0"), decimal("0.0"), decimal("2.0")},
                }) {
            assertThat(QueryVectors.read(new GenericArrayData(objects), floats)).isEqualTo(wanted);
            assertThat(QueryVectors.read(new GenericArrayData(objects), doubles)).isEqualTo(wanted);
        }
        assertThat(QueryVectors.read(new GenericArrayData(wanted), doubles)).isEqualTo(wanted);
        for (ArrayData other :
                List.of(
                        BinaryArrayData.fromPrimitiveArray(new int[] {1, 0, 2}),
                        BinaryArrayData.fromPrimitiveArray(new long[] {1, 0, 2}),
                        binary(new double[] {1, 0, 2}))) {
            assertThatThrownBy(() -> QueryVectors.read(other, floats))
                    .hasMessageContaining("CAST it AS ARRAY<FLOAT>");
        }
        for (ArrayData other :
                List.of(
                        BinaryArrayData.fromPrimitiveArray(new int[] {1, 0, 2}),
                        BinaryArrayData.fromPrimitiveArray(new long[] {1, 0, 2}),
                        binary(new float[] {1, 0, 2}))) {
            assertThatThrownBy(() -> QueryVectors.read(other, doubles))
                    .hasMessageContaining("CAST it AS ARRAY<DOUBLE>");
        }
    }

    private static ArrayData binary(float[] values) {
        return BinaryArrayData.fromPrimitiveArray(values);
    }

    private static ArrayData binary(double[] values) {
        return BinaryArrayData.fromPrimitiveArray(values);
    }

    private static DecimalData decimal(String value) {
        return DecimalData.fromBigDecimal(new BigDecimal(value), 3, 1);
    }
}
