package io.omendb.record.arrow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.omendb.OmenException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.TinyIntVector;
import org.apache.arrow.vector.complex.FixedSizeListVector;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.complex.impl.UnionListWriter;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.DictionaryEncoding;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class VectorCellsTest {
    private final BufferAllocator allocator = new RootAllocator();

    @AfterEach
    void close() {
        allocator.close();
    }

    /** What writers make of columns of arrays whose length they do not know. */
    @Test
    void listsOfBytes_areRead() {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        for (int dimension : new int[] {1, 3, 128, 4096 + random.nextInt(100)}) {
            for (boolean signed : new boolean[] {false, true}) {
                int rows = 1 + random.nextInt(20);
                int offset = random.nextInt(5);
                float[] expected = new float[offset + rows * dimension];
                Arrays.fill(expected, 0, offset, -1);
                for (int i = offset; i < expected.length; i++) {
                    expected[i] = signed ? (byte) random.nextInt() : random.nextInt(256);
                }
                expected[expected.length - 1] = signed ? -128 : 255;
                float[] read = new float[expected.length];
                Arrays.fill(read, 0, offset, -1);
                List<Integer> nulls = new ArrayList<>();
                try (ListVector lists = lists(expected, offset, rows, dimension, signed)) {
                    VectorCells.of(lists, dimension).read(rows, read, offset, nulls::add);
                }
                assertThat(read).isEqualTo(expected);
                assertThat(nulls).isEmpty();
            }
        }
    }

    @Test
    void listOfBytes_ofAnotherLength_isNamed() {
        try (ListVector lists = lists(new float[6], 0, 2, 3, false)) {
            VectorCells cells = VectorCells.of(lists, 4);
            assertThatThrownBy(() -> cells.read(2, new float[8], 0, row -> {}))
                    .isInstanceOf(OmenException.class)
                    .hasMessageContaining("found 3 components")
                    .hasMessageContaining("dimension 4");
        }
    }

    @Test
    void bytesThatAreNull_areRefused() {
        try (ListVector lists = lists(new float[6], 0, 2, 3, true)) {
            ((TinyIntVector) lists.getDataVector()).setNull(4);
            VectorCells cells = VectorCells.of(lists, 3);
            assertThatThrownBy(() -> cells.read(2, new float[6], 0, row -> {}))
                    .isInstanceOf(OmenException.class)
                    .hasMessageContaining("components that are null");
        }
    }

    /** Their numbers are places in the dictionary. */
    @Test
    void componentsOfADictionary_areRefused() {
        DictionaryEncoding encoding =
                new DictionaryEncoding(1, false, new ArrowType.Int(Byte.SIZE, true));
        Field item =
                new Field("item", new FieldType(false, encoding.getIndexType(), encoding), null);
        try (FixedSizeListVector column = FixedSizeListVector.empty("vector", 3, allocator)) {
            column.initializeChildrenFromFields(List.of(item));
            assertThatThrownBy(() -> VectorCells.of(column, 3))
                    .isInstanceOf(OmenException.class)
                    .hasMessageContaining("into a dictionary");
        }
    }

    @Test
    void componentBytes_areThoseOfTheStream() {
        assertThat(VectorCells.componentBytes(listOf(new ArrowType.Int(8, false)))).isEqualTo(1);
        assertThat(VectorCells.componentBytes(listOf(new ArrowType.Int(8, true)))).isEqualTo(1);
        assertThat(VectorCells.componentBytes(listOf(new ArrowType.Int(32, true)))).isEqualTo(4);
        ArrowType floats = new ArrowType.FloatingPoint(FloatingPointPrecision.SINGLE);
        assertThat(VectorCells.componentBytes(listOf(floats))).isEqualTo(4);
    }

    private static Field listOf(ArrowType item) {
        Field items = new Field("item", FieldType.notNullable(item), null);
        return new Field(
                "vector", FieldType.notNullable(new ArrowType.FixedSizeList(3)), List.of(items));
    }

    private ListVector lists(float[] from, int offset, int rows, int dimension, boolean signed) {
        ListVector lists = ListVector.empty("vector", allocator);
        UnionListWriter writer = lists.getWriter();
        for (int row = 0; row < rows; row++) {
            writer.setPosition(row);
            writer.startList();
            for (int i = 0; i < dimension; i++) {
                byte component = (byte) (int) from[offset + row * dimension + i];
                if (signed) {
                    writer.tinyInt().writeTinyInt(component);
                } else {
                    writer.uInt1().writeUInt1(component);
                }
            }
            writer.endList();
        }
        writer.setValueCount(rows);
        lists.setValueCount(rows);
        return lists;
    }
}
