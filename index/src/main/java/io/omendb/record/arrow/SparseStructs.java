package io.omendb.record.arrow;

import io.omendb.record.SparseColumn;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.complex.StructVector;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;

/** Writes a column of sparse vectors as {@link SparseCells} reads it. */
final class SparseStructs {
    private SparseStructs() {}

    /** The whole column; the caller closes it. */
    static StructVector of(SparseColumn sparse, BufferAllocator allocator) {
        StructVector column =
                new StructVector(
                        ColumnsReader.SPARSE,
                        allocator,
                        FieldType.nullable(ArrowType.Struct.INSTANCE),
                        null);
        column.initializeChildrenFromFields(
                List.of(
                        list(SparseCells.INDICES, new ArrowType.Int(Integer.SIZE, true)),
                        list(
                                SparseCells.VALUES,
                                new ArrowType.FloatingPoint(FloatingPointPrecision.SINGLE))));
        ListVector indices = column.getChild(SparseCells.INDICES, ListVector.class);
        ListVector values = column.getChild(SparseCells.VALUES, ListVector.class);
        IntVector terms = (IntVector) indices.getDataVector();
        Float4Vector weights = (Float4Vector) values.getDataVector();
        int entry = 0;
        for (int row = 0; row < sparse.size(); row++) {
            if (sparse.isNull(row)) {
                continue;
            }
            column.setIndexDefined(row);
            indices.startNewValue(row);
            values.startNewValue(row);
            int from = entry;
            for (int end = sparse.ends()[row]; entry < end; entry++) {
                terms.setSafe(entry, sparse.indices()[entry]);
                weights.setSafe(entry, sparse.values()[entry]);
            }
            indices.endValue(row, entry - from);
            values.endValue(row, entry - from);
        }
        column.setValueCount(sparse.size());
        return column;
    }

    private static Field list(String name, ArrowType of) {
        return new Field(
                name,
                FieldType.nullable(ArrowType.List.INSTANCE),
                List.of(new Field("item", FieldType.notNullable(of), null)));
    }
}
