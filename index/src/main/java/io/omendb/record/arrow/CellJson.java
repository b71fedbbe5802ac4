package io.omendb.record.arrow;

import com.fasterxml.jackson.core.JsonGenerator;
import io.omendb.OmenException;
import io.omendb.record.PointRules;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntUnaryOperator;
import org.apache.arrow.vector.BaseIntVector;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.NullVector;
import org.apache.arrow.vector.UInt8Vector;
import org.apache.arrow.vector.ValueVector;
import org.apache.arrow.vector.complex.FixedSizeListVector;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.complex.StructVector;

/** Writes the values of a column as JSON. The value must not be null. */
@FunctionalInterface
interface CellJson {

    void write(int row, JsonGenerator json) throws IOException;

    /**
     * The writer of a column.
     *
     * @param name of the column, for errors
     * @throws OmenException MALFORMED if there is no JSON for its type
     */
    static CellJson of(String name, ValueVector column) {
        StringCells strings = StringCells.ofOrNull(name, column);
        if (strings != null) {
            return (row, json) -> {
                byte[] value = strings.get(row);
                if (value == null || !PointRules.isUtf8(value, 0, value.length)) {
                    throw OmenException.invalid(
                            "metadata." + name + ": found bytes that are not UTF-8");
                }
                json.writeString(new String(value, StandardCharsets.UTF_8));
            };
        }
        if (column instanceof BitVector bits) {
            return (row, json) -> json.writeBoolean(bits.get(row) != 0);
        }
        if (column instanceof BaseIntVector integers) {
            return (row, json) -> json.writeNumber(integer(name, integers, row));
        }
        if (column instanceof Float4Vector floats) {
            return (row, json) -> {
                checkFinite(name, floats.get(row));
                json.writeNumber(floats.get(row));
            };
        }
        if (column instanceof Float8Vector doubles) {
            return (row, json) -> {
                checkFinite(name, doubles.get(row));
                json.writeNumber(doubles.get(row));
            };
        }
        if (column instanceof ListVector list) {
            return ofList(
                    name,
                    list.getDataVector(),
                    list::getElementStartIndex,
                    list::getElementEndIndex);
        }
        if (column instanceof FixedSizeListVector list) {
            return ofList(
                    name,
                    list.getDataVector(),
                    list::getElementStartIndex,
                    list::getElementEndIndex);
        }
        if (column instanceof StructVector struct) {
            return ofStruct(name, struct);
        }
        if (column instanceof NullVector) {
            return (row, json) -> json.writeNull();
        }
        throw OmenException.malformed(
                "arrow: found column "
                        + name
                        + " of "
                        + column.getField().getType()
                        + ", expected utf8, integers, floating point, bool, or lists or structs of"
                        + " these");
    }

    static boolean isInteger(ValueVector column) {
        return column instanceof BaseIntVector;
    }

    static boolean isNumber(ValueVector column) {
        return isInteger(column)
                || column instanceof Float4Vector
                || column instanceof Float8Vector;
    }

    static boolean isBool(ValueVector column) {
        return column instanceof BitVector;
    }

    private static CellJson ofStruct(String name, StructVector struct) {
        List<FieldVector> children = struct.getChildrenFromFields();
        List<CellJson> writers = new ArrayList<>();
        children.forEach(child -> writers.add(of(name + "." + child.getName(), child)));
        return (row, json) -> {
            json.writeStartObject();
            for (int i = 0; i < writers.size(); i++) {
                if (!children.get(i).isNull(row)) {
                    json.writeFieldName(children.get(i).getName());
                    writers.get(i).write(row, json);
                }
            }
            json.writeEndObject();
        };
    }

    /**
     * Each element is written once, so that lists that overlap cannot ask for more than there is.
     */
    private static CellJson ofList(
            String name, FieldVector elements, IntUnaryOperator starts, IntUnaryOperator ends) {
        CellJson element = of(name, elements);
        AtomicInteger left = new AtomicInteger(elements.getValueCount());
        return (row, json) -> {
            int start = starts.applyAsInt(row);
            int end = ends.applyAsInt(row);
            if (start < 0 || end < start || left.addAndGet(start - end) < 0) {
                throw OmenException.malformed(
                        "arrow: found a list of column "
                                + name
                                + " that overlaps others or lies outside the column");
            }
            json.writeStartArray();
            for (int i = start; i < end; i++) {
                if (elements.isNull(i)) {
                    json.writeNull();
                } else {
                    element.write(i, json);
                }
            }
            json.writeEndArray();
        };
    }

    private static long integer(String name, BaseIntVector integers, int row) {
        long value = integers.getValueAsLong(row);
        if (value < 0 && integers instanceof UInt8Vector) {
            throw OmenException.invalid(
                    "metadata."
                            + name
                            + ": found "
                            + Long.toUnsignedString(value)
                            + ", expected an integer of at most 64 bits with its sign");
        }
        return value;
    }

    private static void checkFinite(String name, double value) {
        if (!Double.isFinite(value)) {
            throw OmenException.invalid(
                    "metadata." + name + ": found " + value + ", expected a finite number");
        }
    }
}
