package io.omendb.connectors.table;

import io.omendb.OmenException;
import org.apache.flink.table.data.ArrayData;
import org.apache.flink.table.data.DecimalData;
import org.apache.flink.table.data.GenericArrayData;
import org.apache.flink.table.data.binary.BinaryArrayData;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.LogicalTypeRoot;

/**
 * Vectors that {@code VECTOR_SEARCH} is given. Flink's planner takes a vector of integers, decimals
 * or floats for a column of floats or doubles and casts nothing, nor says what it is: read as the
 * column's type it would be another vector.
 */
final class QueryVectors {
    private QueryVectors() {}

    /**
     * Reads a vector.
     *
     * @param element the type of the vector column's elements
     * @throws OmenException INVALID where it is not of that type, as far as that can be told
     */
    static float[] read(ArrayData from, LogicalType element) {
        if (from instanceof GenericArrayData objects) {
            return numbers(objects.toObjectArray());
        }
        int width = element.is(LogicalTypeRoot.FLOAT) ? Float.BYTES : Double.BYTES;
        if (from instanceof BinaryArrayData bytes && widthOf(bytes, width) != width) {
            throw other(element);
        }
        float[] vector = TableColumns.floats(from, element);
        if (holdsOnlySubnormals(from, element)) {
            throw other(element);
        }
        return vector;
    }

    private static float[] numbers(Object[] elements) {
        float[] vector = new float[elements.length];
        for (int i = 0; i < vector.length; i++) {
            if (elements[i] instanceof Number number) {
                vector[i] = number.floatValue();
            } else if (elements[i] instanceof DecimalData decimal) {
                vector[i] = decimal.toBigDecimal().floatValue();
            } else {
                throw OmenException.invalid(
                        "vector[" + i + "]: found " + elements[i] + ", expected a number");
            }
        }
        return vector;
    }

    /** Bytes of an element; elements together are rounded up to eight. */
    private static int widthOf(BinaryArrayData array, int expected) {
        if (array.size() < 2) {
            return expected;
        }
        int bytes = array.getSizeInBytes() - BinaryArrayData.calculateHeaderInBytes(array.size());
        return bytes / array.size() < Double.BYTES ? Float.BYTES : Double.BYTES;
    }

    /** Integers read as floating point are nothing else. */
    private static boolean holdsOnlySubnormals(ArrayData array, LogicalType element) {
        boolean any = false;
        for (int i = 0; i < array.size(); i++) {
            boolean isFloat = element.is(LogicalTypeRoot.FLOAT);
            double size = Math.abs(isFloat ? array.getFloat(i) : array.getDouble(i));
            if (size >= (isFloat ? Float.MIN_NORMAL : Double.MIN_NORMAL)) {
                return false;
            }
            any |= size > 0;
        }
        return any;
    }

    private static OmenException other(LogicalType element) {
        return OmenException.invalid(
                "VECTOR_SEARCH: found a vector whose elements are not "
                        + element.asSummaryString()
                        + ", expected the type of the table's column: CAST it AS ARRAY<"
                        + element.getTypeRoot()
                        + ">");
    }
}
