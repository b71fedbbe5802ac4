package io.omendb.gateway.arrow;

import com.fasterxml.jackson.databind.JsonNode;
import io.omendb.schema.FieldType;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;

/** The column of a declared metadata field, of the type that it is declared as. */
@FunctionalInterface
interface DeclaredColumn {

    /** Sets a value; false where it is of another type, and nothing was set. */
    boolean trySet(int row, JsonNode value);

    /** Adds the column to a table. */
    static DeclaredColumn in(ArrowTable table, String name, FieldType type) {
        return switch (type) {
            case KEYWORD, TEXT -> strings(table.add(memory -> new VarCharVector(name, memory)));
            case KEYWORDS -> lists(table.add(memory -> list(name, memory)));
            case DOUBLE -> doubles(table.add(memory -> new Float8Vector(name, memory)));
            case LONG -> longs(table.add(memory -> new BigIntVector(name, memory)));
            case BOOL -> bools(table.add(memory -> new BitVector(name, memory)));
        };
    }

    private static DeclaredColumn strings(VarCharVector column) {
        return (row, value) -> {
            if (value.isTextual()) {
                column.setSafe(row, utf8(value));
            }
            return value.isTextual();
        };
    }

    private static DeclaredColumn doubles(Float8Vector column) {
        return (row, value) -> {
            if (value.isNumber()) {
                column.setSafe(row, value.doubleValue());
            }
            return value.isNumber();
        };
    }

    private static DeclaredColumn longs(BigIntVector column) {
        return (row, value) -> {
            boolean fits = value.isIntegralNumber() && value.canConvertToLong();
            if (fits) {
                column.setSafe(row, value.longValue());
            }
            return fits;
        };
    }

    private static DeclaredColumn bools(BitVector column) {
        return (row, value) -> {
            if (value.isBoolean()) {
                column.setSafe(row, value.booleanValue() ? 1 : 0);
            }
            return value.isBoolean();
        };
    }

    /** A single string is a list of one, as for filters. */
    private static DeclaredColumn lists(ListVector column) {
        VarCharVector elements = (VarCharVector) column.getDataVector();
        return (row, value) -> {
            if (!value.isTextual() && !isArrayOfStrings(value)) {
                return false;
            }
            int first = column.startNewValue(row);
            int count = 0;
            if (value.isTextual()) {
                elements.setSafe(first + count++, utf8(value));
            } else {
                for (JsonNode element : value) {
                    elements.setSafe(first + count++, utf8(element));
                }
            }
            column.endValue(row, count);
            return true;
        };
    }

    private static ListVector list(String name, BufferAllocator memory) {
        ListVector made = ListVector.empty(name, memory);
        made.initializeChildrenFromFields(
                List.of(Field.notNullable("item", ArrowType.Utf8.INSTANCE)));
        return made;
    }

    private static boolean isArrayOfStrings(JsonNode value) {
        if (!value.isArray()) {
            return false;
        }
        for (JsonNode element : value) {
            if (!element.isTextual()) {
                return false;
            }
        }
        return true;
    }

    private static byte[] utf8(JsonNode text) {
        return text.textValue().getBytes(StandardCharsets.UTF_8);
    }
}
