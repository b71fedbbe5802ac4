package io.omendb.record.arrow;

import io.omendb.OmenException;
import io.omendb.record.SparseVector;
import java.util.List;
import java.util.function.IntToLongFunction;
import org.apache.arrow.vector.BaseIntVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.ValueVector;
import org.apache.arrow.vector.complex.LargeListVector;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.complex.StructVector;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.jspecify.annotations.Nullable;

/**
 * The column of sparse vectors: structs of a list of {@code indices} and a list of {@code values}.
 * Lists may be large ones and numbers of other widths, as libraries for tables like to write them.
 */
final class SparseCells {
    static final String INDICES = "indices";
    static final String VALUES = "values";

    private final ValueVector column;
    private final Entries indices;
    private final Entries values;

    private SparseCells(ValueVector column, Entries indices, Entries values) {
        this.column = column;
        this.indices = indices;
        this.values = values;
    }

    /**
     * The elements of a list column, each read once, so that lists that overlap ask for no more.
     */
    private static final class Entries {
        private final String name;
        private final ValueVector list;
        private final FieldVector elements;
        private final IntToLongFunction starts;
        private final IntToLongFunction ends;
        private long left;

        private Entries(
                String name,
                ValueVector list,
                FieldVector elements,
                IntToLongFunction starts,
                IntToLongFunction ends) {
            this.name = name;
            this.list = list;
            this.elements = elements;
            this.starts = starts;
            this.ends = ends;
            // A damaged count must not ask for more than there is.
            this.left = Math.min(elements.getValueCount(), elements.getValueCapacity());
        }

        /** Null if the column is none of lists. */
        static @Nullable Entries of(String name, @Nullable ValueVector column) {
            if (column instanceof ListVector list) {
                return new Entries(
                        name,
                        list,
                        list.getDataVector(),
                        list::getElementStartIndex,
                        list::getElementEndIndex);
            }
            if (column instanceof LargeListVector list) {
                return new Entries(
                        name,
                        list,
                        list.getDataVector(),
                        list::getElementStartIndex,
                        list::getElementEndIndex);
            }
            return null;
        }

        boolean areIntegers() {
            return elements instanceof BaseIntVector && elements.getField().getDictionary() == null;
        }

        boolean areFloats() {
            return elements instanceof Float4Vector || elements instanceof Float8Vector;
        }

        boolean isNull(int row) {
            return list.isNull(row);
        }

        int start(int row) {
            return (int) starts.applyAsLong(row);
        }

        /** How many the row has. */
        int take(int row) {
            long start = starts.applyAsLong(row);
            long count = ends.applyAsLong(row) - start;
            left -= count;
            if (start < 0 || count < 0 || left < 0) {
                throw OmenException.malformed(
                        "arrow: found a list of column sparse."
                                + name
                                + " that overlaps others or lies outside the column");
            }
            return (int) count;
        }

        void requireNotNull(int element) {
            if (elements.isNull(element)) {
                throw OmenException.invalid("sparse." + name + ": found null in the list");
            }
        }
    }

    /** Whether a column is meant as one of sparse vectors. */
    static boolean areSparse(Field field) {
        List<String> children = field.getChildren().stream().map(Field::getName).toList();
        return field.getType() instanceof ArrowType.Struct
                && children.size() == 2
                && children.contains(INDICES)
                && children.contains(VALUES);
    }

    static SparseCells of(ValueVector column) {
        if (column instanceof StructVector struct && areSparse(column.getField())) {
            Entries indices = Entries.of(INDICES, struct.getChild(INDICES, FieldVector.class));
            Entries values = Entries.of(VALUES, struct.getChild(VALUES, FieldVector.class));
            if (indices != null && values != null && indices.areIntegers() && values.areFloats()) {
                return new SparseCells(column, indices, values);
            }
        }
        throw OmenException.malformed(
                "arrow: found column sparse of "
                        + column.getField()
                        + ", expected struct<indices: list<int32>, values: list<float32>>");
    }

    /**
     * The vector of a row, or null; not checked yet.
     *
     * @throws OmenException INVALID if the row has no such vector
     */
    @Nullable SparseVector get(int row) {
        if (column.isNull(row)) {
            return null;
        }
        if (indices.isNull(row) || values.isNull(row)) {
            throw OmenException.invalid("sparse: found a null list of indices or values");
        }
        int count = indices.take(row);
        int weights = values.take(row);
        if (weights != count) {
            throw OmenException.invalid(
                    "sparse.values: found "
                            + weights
                            + " values, expected as many as there are indices, "
                            + count);
        }
        int[] terms = new int[count];
        float[] numbers = new float[count];
        for (int i = 0; i < count; i++) {
            terms[i] = term(indices.start(row) + i, i);
            numbers[i] = weight(values.start(row) + i);
        }
        return new SparseVector(terms, numbers);
    }

    private int term(int element, int at) {
        indices.requireNotNull(element);
        long term = ((BaseIntVector) indices.elements).getValueAsLong(element);
        if (term < 0 || term > Integer.MAX_VALUE) {
            throw OmenException.invalid(
                    "sparse.indices["
                            + at
                            + "]: found "
                            + term
                            + ", expected a number from 0 to "
                            + Integer.MAX_VALUE);
        }
        return (int) term;
    }

    private float weight(int element) {
        values.requireNotNull(element);
        return values.elements instanceof Float4Vector floats
                ? floats.get(element)
                : (float) ((Float8Vector) values.elements).get(element);
    }
}
