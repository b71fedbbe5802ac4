package io.omendb.record.arrow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.record.PointColumns;
import io.omendb.record.PointRules;
import io.omendb.record.SparseVector;
import io.omendb.record.StrictJson;
import io.omendb.schema.CollectionSchema;
import io.omendb.schema.FieldType;
import io.omendb.schema.Metric;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.LargeVarCharVector;
import org.apache.arrow.vector.NullVector;
import org.apache.arrow.vector.TimeStampMilliVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.complex.LargeListVector;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.complex.StructVector;
import org.apache.arrow.vector.complex.impl.UnionListWriter;
import org.apache.arrow.vector.dictionary.Dictionary;
import org.apache.arrow.vector.dictionary.DictionaryEncoder;
import org.apache.arrow.vector.dictionary.DictionaryProvider.MapDictionaryProvider;
import org.apache.arrow.vector.ipc.ArrowStreamReader;
import org.apache.arrow.vector.ipc.ArrowStreamWriter;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.DictionaryEncoding;
import org.apache.arrow.vector.types.pojo.Field;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ArrowPointsTest {
    private static final CollectionSchema SCHEMA =
            CollectionSchema.of("c", 3, Metric.L2)
                    .withFields(
                            Map.of(
                                    "n", FieldType.LONG,
                                    "price", FieldType.DOUBLE,
                                    "category", FieldType.KEYWORD,
                                    "tags", FieldType.KEYWORDS,
                                    "new", FieldType.BOOL));

    private static final CollectionSchema SPARSE_SCHEMA = SCHEMA.withSparse();

    private final BufferAllocator allocator = new RootAllocator();

    @AfterEach
    void close() {
        allocator.close();
    }

    @Test
    void roundTrip_givesIdsVectorsMetadataAndTextsBack() {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        try (ArrowPointWriter writer = new ArrowPointWriter(3)) {
            for (int round = 0; round < 5; round++) {
                int rows = 1 + random.nextInt(300);
                List<float[]> vectors = new ArrayList<>();
                List<ObjectNode> metadata = new ArrayList<>();
                for (int row = 0; row < rows; row++) {
                    float[] vector = {random.nextFloat(), -row, (float) random.nextGaussian()};
                    ObjectNode object = random.nextInt(4) == 0 ? null : metadata(random, row);
                    vectors.add(vector);
                    metadata.add(object);
                    assertThat(writer.add(id(row), vector, object, row % 3 == 0 ? text(row) : null))
                            .isTrue();
                }
                assertThat(writer.rows()).isEqualTo(rows);
                byte[] stream = writer.finish();
                assertThat(writer.rows()).isZero();
                PointColumns read = ArrowPoints.read(stream, SCHEMA);
                assertThat(read.rows()).isEqualTo(rows);
                for (int row = 0; row < rows; row++) {
                    assertThat(read.ids().get(row)).isEqualTo(id(row));
                    assertThat(Arrays.copyOfRange(read.vectors(), 3 * row, 3 * row + 3))
                            .isEqualTo(vectors.get(row));
                    byte[] found = read.metadata() == null ? null : read.metadata().get(row);
                    ObjectNode expected = metadata.get(row);
                    if (expected == null || expected.isEmpty()) {
                        assertThat(found).isNull();
                    } else {
                        assertThat(StrictJson.object(found, "m")).isEqualTo(expected);
                    }
                    assertThat(read.texts().get(row)).isEqualTo(row % 3 == 0 ? text(row) : null);
                }
            }
        }
    }

    /** Nothing says of what they are lists but the writer. */
    @Test
    void roundTrip_nothingButEmptyLists() {
        try (ArrowPointWriter writer = new ArrowPointWriter(3)) {
            writer.add(id(0), new float[3], object("{\"tags\":[],\"others\":[]}"), null);
            writer.add(id(1), new float[3], null, null);
            PointColumns read = ArrowPoints.read(writer.finish(), SCHEMA);
            assertThat(StrictJson.object(read.metadata().get(0), "m"))
                    .isEqualTo(object("{\"tags\":[],\"others\":[]}"));
            assertThat(read.metadata().get(1)).isNull();
        }
    }

    /** What pyarrow makes of columns of which every value is None, or every list empty. */
    @Test
    void metadata_columnsOfNulls_areFieldsLeftAway() {
        List<FieldVector> columns = new ArrayList<>(List.of(ids(2), doubles(2, 3)));
        for (String name : List.of("n", "price", "category", "tags", "new", "other")) {
            columns.add(new NullVector(name, 2));
        }
        ListVector lists =
                new ListVector(
                        new Field(
                                "lists",
                                org.apache.arrow.vector.types.pojo.FieldType.nullable(
                                        new ArrowType.List()),
                                List.of(Field.nullable("item", new ArrowType.Null()))),
                        allocator,
                        null);
        lists.startNewValue(1);
        lists.endValue(1, 0);
        lists.setValueCount(2);
        columns.add(lists);
        PointColumns read =
                ArrowPoints.read(stream(columns, new MapDictionaryProvider(), 2), SCHEMA);
        assertThat(read.metadata().get(0)).isNull();
        assertThat(read.metadata().get(1)).isEqualTo(utf8("{\"lists\":[]}"));
    }

    /** A producer that goes by it must not make records that Kafka refuses. */
    @Test
    void bytes_areNoLessThanTheStreamButForItsHead() {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        try (ArrowPointWriter writer = new ArrowPointWriter(3)) {
            for (int round = 0; round < 20; round++) {
                int rows = 1 + random.nextInt(300);
                int names = 1 + random.nextInt(300);
                long expected = 0;
                for (int row = 0; row < rows; row++) {
                    ObjectNode metadata = JsonNodeFactory.instance.objectNode();
                    for (int i = 0; i < random.nextInt(8); i++) {
                        int name = random.nextInt(names);
                        switch (name % 4) {
                            case 0 -> metadata.put("attribute" + name, random.nextLong());
                            case 1 -> metadata.put("attribute" + name, random.nextBoolean());
                            case 2 -> metadata.put("attribute" + name, "word");
                            default -> metadata.putArray("attribute" + name).add("a").add("b");
                        }
                    }
                    expected += writer.bytes(id(row), metadata, null, null);
                    assertThat(writer.add(id(row), new float[] {0.5f, 1, 2}, metadata, null))
                            .isTrue();
                    assertThat(writer.bytes()).isEqualTo(expected);
                }
                assertThat((long) writer.finish().length).isLessThan(expected + 2_048);
            }
        }
    }

    @Test
    void roundTrip_givesSparseVectorsBack() {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        try (ArrowPointWriter writer = new ArrowPointWriter(3)) {
            for (int round = 0; round < 5; round++) {
                List<SparseVector> expected = new ArrayList<>();
                for (int row = 0; row < 1 + random.nextInt(200); row++) {
                    SparseVector sparse = random.nextInt(3) == 0 ? null : sparse(random);
                    expected.add(sparse);
                    assertThat(writer.add(id(row), new float[3], null, null, sparse)).isTrue();
                }
                PointColumns read = ArrowPoints.read(writer.finish(), SPARSE_SCHEMA);
                for (int row = 0; row < read.rows(); row++) {
                    SparseVector found = read.sparse() == null ? null : read.sparse().get(row);
                    assertThat(found).isEqualTo(expected.get(row));
                    assertThat(read.point(row).sparse()).isEqualTo(expected.get(row));
                }
                int[] odd = IntStream.range(0, read.rows()).filter(row -> row % 2 == 1).toArray();
                PointColumns selected = read.select(odd, odd.length);
                for (int i = 0; i < odd.length; i++) {
                    assertThat(selected.point(i)).isEqualTo(read.point(odd[i]));
                }
            }
            assertThat(writer.add(id(0), new float[3], null, null)).isTrue();
            assertThat(ArrowPoints.read(writer.finish(), SPARSE_SCHEMA).sparse()).isNull();
        }
        assertThat(ArrowPointWriter.isColumnar(object("{\"sparse\":\"x\"}"))).isFalse();
    }

    /** What polars makes of lists: large ones, of its own widths. */
    @Test
    void sparse_largeListsOfWideNumbers_areRead() {
        StructVector column = structs(new ArrowType.Int(64, true));
        LargeListVector indices = column.getChild("indices", LargeListVector.class);
        LargeListVector values = column.getChild("values", LargeListVector.class);
        for (int row = 0; row < 2; row++) {
            column.setIndexDefined(row);
            long first = indices.startNewValue(row);
            long start = values.startNewValue(row);
            for (int i = 0; i <= row; i++) {
                ((BigIntVector) indices.getDataVector()).setSafe((int) first + i, 7L + i);
                ((Float8Vector) values.getDataVector()).setSafe((int) start + i, 0.5 + i);
            }
            indices.endValue(row, row + 1L);
            values.endValue(row, row + 1L);
        }
        column.setValueCount(3);
        byte[] stream =
                stream(List.of(ids(3), doubles(3, 3), column), new MapDictionaryProvider(), 3);

        PointColumns read = ArrowPoints.read(stream, SPARSE_SCHEMA);

        assertThat(read.sparse().get(0))
                .isEqualTo(new SparseVector(new int[] {7}, new float[] {0.5f}));
        assertThat(read.sparse().get(1))
                .isEqualTo(new SparseVector(new int[] {7, 8}, new float[] {0.5f, 1.5f}));
        assertThat(read.sparse().get(2)).isNull();
        assertThat(read.metadata()).isNull();
    }

    @Test
    void sparse_bad_isNamed() {
        try (ArrowPointWriter writer = new ArrowPointWriter(3)) {
            writer.add(id(0), new float[3], null, null, null);
            writer.add(id(1), new float[3], null, null, entries(3, 3));
            writer.add(id(2), new float[3], null, null, entries(-1, 3));
            byte[] stream = writer.finish();
            assertThatThrownBy(() -> ArrowPoints.read(stream, SPARSE_SCHEMA))
                    .hasMessageContaining("row 1: sparse.indices[1]: found 3 after 3")
                    .hasMessageContaining("row 2: sparse.indices[0]: found -1")
                    .hasMessageNotContaining("row 0");
            assertThatThrownBy(() -> ArrowPoints.read(stream, SCHEMA))
                    .hasMessageContaining("row 1: sparse: found a sparse vector")
                    .hasMessageContaining("sparse=false");
        }
        VarCharVector words = new VarCharVector("sparse", allocator);
        words.setSafe(0, utf8("few"));
        words.setValueCount(1);
        byte[] stream =
                stream(List.of(ids(1), doubles(1, 3), words), new MapDictionaryProvider(), 1);
        assertThat(ArrowPoints.read(stream, SCHEMA).metadata().get(0))
                .isEqualTo(utf8("{\"sparse\":\"few\"}"));
        assertThatThrownBy(() -> ArrowPoints.read(stream, SPARSE_SCHEMA))
                .hasMessageContaining("arrow: found column sparse of sparse: Utf8")
                .hasMessageContaining("expected struct<indices: list<int32>");
    }

    private StructVector structs(ArrowType index) {
        StructVector column =
                new StructVector("sparse", allocator, nullable(ArrowType.Struct.INSTANCE), null);
        ArrowType value = new ArrowType.FloatingPoint(FloatingPointPrecision.DOUBLE);
        column.initializeChildrenFromFields(
                List.of(largeList("indices", index), largeList("values", value)));
        return column;
    }

    private static Field largeList(String name, ArrowType of) {
        return new Field(
                name, nullable(ArrowType.LargeList.INSTANCE), List.of(Field.nullable("item", of)));
    }

    private static org.apache.arrow.vector.types.pojo.FieldType nullable(ArrowType type) {
        return org.apache.arrow.vector.types.pojo.FieldType.nullable(type);
    }

    private static SparseVector entries(int... indices) {
        return new SparseVector(indices, new float[indices.length]);
    }

    private static SparseVector sparse(Random random) {
        int[] indices =
                random.ints(random.nextInt(20), 0, Integer.MAX_VALUE).sorted().distinct().toArray();
        float[] values = new float[indices.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return new SparseVector(indices, values);
    }

    @Test
    void vectorsOfIntegers_takeAByteAComponent_andComeBackBitByBit() throws IOException {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        ArrowType floats = new ArrowType.FloatingPoint(FloatingPointPrecision.SINGLE);
        ArrowType unsigned = new ArrowType.Int(8, false);
        ArrowType signed = new ArrowType.Int(8, true);
        assertComponents(random, unsigned, 0, 255);
        assertComponents(random, signed, -128, 127);
        assertComponents(random, floats, -1, 128);
        assertComponents(random, floats, 0, 256);
        assertComponents(random, floats, 0, 0.5f);
        assertComponents(random, floats, 0, -0f);
    }

    /** Integers between two bounds, which are among them, in streams of one row and of many. */
    private void assertComponents(Random random, ArrowType type, float least, float most)
            throws IOException {
        CollectionSchema schema = CollectionSchema.of("c", 50, Metric.L2);
        try (ArrowPointWriter writer = new ArrowPointWriter(50)) {
            for (int rows : new int[] {1, 1 + random.nextInt(500)}) {
                float[] expected = new float[rows * 50];
                int span = Math.max(0, (int) (most - least));
                for (int i = 0; i < expected.length; i++) {
                    expected[i] = least + random.nextInt(span + 1);
                }
                expected[random.nextInt(expected.length / 2)] = least;
                expected[expected.length - 1] = most;
                for (int row = 0; row < rows; row++) {
                    float[] vector = Arrays.copyOfRange(expected, 50 * row, 50 * row + 50);
                    assertThat(writer.add(id(row), vector, null, null)).isTrue();
                }
                byte[] stream = writer.finish();
                assertThat(itemType(stream)).isEqualTo(type);
                float[] read = ArrowPoints.read(stream, schema).vectors();
                for (int i = 0; i < expected.length; i++) {
                    assertThat(Float.floatToRawIntBits(read[i]))
                            .isEqualTo(Float.floatToRawIntBits(expected[i]));
                }
            }
        }
    }

    private ArrowType itemType(byte[] stream) throws IOException {
        try (ArrowStreamReader reader =
                new ArrowStreamReader(new ByteArrayInputStream(stream), allocator)) {
            Field vector = reader.getVectorSchemaRoot().getSchema().findField("vector");
            return vector.getChildren().get(0).getType();
        }
    }

    @Test
    void writer_refusesAValueOfAnotherType_andMetadataThatIsNoColumn() {
        try (ArrowPointWriter writer = new ArrowPointWriter(3)) {
            assertThat(writer.add(id(1), new float[3], object("{\"n\":1}"), null)).isTrue();
            assertThat(writer.add(id(2), new float[3], object("{\"n\":1.5}"), null)).isFalse();
            assertThat(writer.rows()).isEqualTo(1);
            writer.finish();
        }
        assertThat(ArrowPointWriter.isColumnar(object("{\"a\":{\"b\":1}}"))).isFalse();
        assertThat(ArrowPointWriter.isColumnar(object("{\"a\":null}"))).isFalse();
        assertThat(ArrowPointWriter.isColumnar(object("{\"text\":\"x\"}"))).isFalse();
        assertThat(ArrowPointWriter.isColumnar(object("{\"a\":99999999999999999999}"))).isFalse();
        assertThat(ArrowPointWriter.isColumnar(object("{\"a\":[\"x\"],\"b\":true}"))).isTrue();
    }

    /** What pandas and pyarrow make of ordinary tables. */
    @Test
    void listsOfDoubles_largeStrings_smallIntegers_andDictionaries_areRead() {
        LargeVarCharVector ids = new LargeVarCharVector("id", allocator);
        IntVector n = new IntVector("n", allocator);
        VarCharVector plain = new VarCharVector("category", allocator);
        VarCharVector words = new VarCharVector("words", allocator);
        words.setSafe(0, utf8("x"));
        words.setSafe(1, utf8("y"));
        words.setValueCount(2);
        for (int row = 0; row < 4; row++) {
            ids.setSafe(row, id(row));
            if (row != 2) {
                n.setSafe(row, 10 * row);
            }
            plain.setSafe(row, utf8(row % 2 == 0 ? "x" : "y"));
        }
        for (FieldVector vector : List.of(ids, n, plain)) {
            vector.setValueCount(4);
        }
        Dictionary dictionary = new Dictionary(words, new DictionaryEncoding(1, false, null));
        FieldVector category = (FieldVector) DictionaryEncoder.encode(plain, dictionary);
        MapDictionaryProvider provider = new MapDictionaryProvider(dictionary);
        PointColumns read =
                ArrowPoints.read(
                        stream(List.of(ids, doubles(4, 3), n, category), provider, 4), SCHEMA);
        plain.close();
        words.close();
        assertThat(read.vectors()).startsWith(0f, 0.5f, 1f, 1f, 1.5f);
        assertThat(read.metadata().get(0)).isEqualTo(utf8("{\"n\":0,\"category\":\"x\"}"));
        assertThat(read.metadata().get(2)).isEqualTo(utf8("{\"category\":\"x\"}"));
        assertThat(read.metadata().get(3)).isEqualTo(utf8("{\"n\":30,\"category\":\"y\"}"));
    }

    @Test
    void badRows_areNamed_andNothingIsTaken() {
        try (ArrowPointWriter writer = new ArrowPointWriter(3)) {
            writer.add(id(0), new float[3], null, null);
            writer.add(id(1), new float[] {0, Float.NaN, 0}, null, null);
            writer.add(new byte[0], new float[3], null, null);
            writer.add(new byte[] {(byte) 0xff}, new float[3], null, null);
            writer.add(id(4), new float[] {1e30f, 0, 0}, null, null);
            byte[] stream = writer.finish();
            assertThat(
                            ArrowPoints.readBatch(stream, SCHEMA, 10)
                                    .checked(point -> PointRules.checkSent(SCHEMA, point))
                                    .bad())
                    .extracting(bad -> bad.index() + ": " + bad.reason().getMessage())
                    .satisfiesExactly(
                            bad -> assertThat(bad).startsWith("1: vector[1]: found NaN"),
                            bad -> assertThat(bad).startsWith("2: id: found 0 bytes"),
                            bad -> assertThat(bad).startsWith("3: id: found bytes"),
                            bad -> assertThat(bad).startsWith("4: vector: found a vector of len"));
            assertThatThrownBy(() -> ArrowPoints.read(stream, SCHEMA))
                    .isInstanceOf(OmenException.class)
                    .hasMessageContaining("row 1: vector[1]: found NaN")
                    .hasMessageContaining("row 2: id: found 0 bytes")
                    .hasMessageContaining("row 3: id: found bytes that are not UTF-8")
                    .hasMessageNotContaining("row 0");
            writer.add(id(0), new float[3], null, null);
            byte[] zero = writer.finish();
            assertThatThrownBy(
                            () ->
                                    ArrowPoints.read(
                                            zero, CollectionSchema.of("c", 3, Metric.COSINE)))
                    .hasMessageContaining("row 0: vector: found a zero vector");
        }
    }

    @Test
    void wrongColumns_areNamed() {
        refused("found 0 columns id", doubles(1, 3));
        refused("found 0 columns vector", ids(1));
        refused("found 2 components, expected the collection's dimension 3", ids(1), doubles(1, 2));
        BigIntVector numbers = new BigIntVector("id", allocator);
        numbers.setSafe(0, 7);
        refused("column id of Int(64, true), expected utf8", numbers, doubles(1, 3));
        VarCharVector price = new VarCharVector("price", allocator);
        price.setSafe(0, utf8("cheap"));
        refused("metadata.price: found a column of Utf8", ids(1), doubles(1, 3), price);
        TimeStampMilliVector time = new TimeStampMilliVector("at", allocator);
        time.setSafe(0, 5);
        refused("column at of Timestamp", ids(1), doubles(1, 3), time);
        Float8Vector infinite = new Float8Vector("price", allocator);
        infinite.setSafe(0, Double.POSITIVE_INFINITY);
        refused("row 0: metadata.price: found Infinity", ids(1), doubles(1, 3), infinite);
        VarCharVector noId = new VarCharVector("id", allocator);
        noId.setNull(0);
        refused("row 0: id: found null", noId, doubles(1, 3));
    }

    @Test
    void damagedStreams_areRefused_notMore() {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        byte[] good;
        try (ArrowPointWriter writer = new ArrowPointWriter(3)) {
            for (int row = 0; row < 20; row++) {
                writer.add(
                        id(row),
                        new float[] {row, 1, 2},
                        metadata(random, row),
                        text(row),
                        row % 4 == 0 ? null : sparse(random));
            }
            good = writer.finish();
        }
        for (int length = 0; length < good.length; length += 7) {
            readOrRefuse(Arrays.copyOf(good, length));
        }
        int refused = 0;
        for (int i = 0; i < 5_000; i++) {
            byte[] damaged = good.clone();
            for (int flips = 1 + random.nextInt(3); flips > 0; flips--) {
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
            }
            refused += readOrRefuse(damaged) ? 0 : 1;
        }
        assertThat(refused).isPositive();
        byte[] noise = new byte[1000];
        random.nextBytes(noise);
        assertThat(readOrRefuse(noise)).isFalse();
    }

    @Test
    void metadata_outOfProportionAsJson_isRefused() {
        String name = "n".repeat(30_000);
        try (ArrowPointWriter writer = new ArrowPointWriter(3)) {
            for (int row = 0; row < 2_000; row++) {
                ObjectNode metadata = StrictJson.mapper().createObjectNode().put(name, true);
                assertThat(writer.add(id(row), new float[] {row, 1, 2}, metadata, null)).isTrue();
            }
            byte[] stream = writer.finish();
            assertThatThrownBy(() -> ArrowPoints.read(stream, SCHEMA))
                    .isInstanceOfSatisfying(
                            OmenException.class,
                            e -> assertThat(e.code()).isEqualTo(ErrorCode.TOO_LARGE));
        }
        assertThat(StreamMemory.held()).isZero();
    }

    private static boolean readOrRefuse(byte[] stream) {
        try {
            ArrowPoints.read(stream, SPARSE_SCHEMA);
            return true;
        } catch (OutOfMemoryError e) {
            e.printStackTrace();
            throw new IllegalStateException("oom");
        } catch (OmenException e) {
            assertThat(e.code()).isIn(ErrorCode.MALFORMED, ErrorCode.INVALID);
            return false;
        }
    }

    private void refused(String message, FieldVector... columns) {
        for (FieldVector column : columns) {
            column.setValueCount(1);
        }
        byte[] stream = stream(List.of(columns), new MapDictionaryProvider(), 1);
        assertThatThrownBy(() -> ArrowPoints.read(stream, SCHEMA))
                .isInstanceOf(OmenException.class)
                .hasMessageContaining(message);
    }

    private VarCharVector ids(int rows) {
        VarCharVector ids = new VarCharVector("id", allocator);
        for (int row = 0; row < rows; row++) {
            ids.setSafe(row, id(row));
        }
        ids.setValueCount(rows);
        return ids;
    }

    /** Row r holds r, r + 0.5, r + 1 … */
    private ListVector doubles(int rows, int dimension) {
        ListVector lists = ListVector.empty("vector", allocator);
        UnionListWriter writer = lists.getWriter();
        for (int row = 0; row < rows; row++) {
            writer.setPosition(row);
            writer.startList();
            for (int i = 0; i < dimension; i++) {
                writer.float8().writeFloat8(row + 0.5 * i);
            }
            writer.endList();
        }
        writer.setValueCount(rows);
        lists.setValueCount(rows);
        return lists;
    }

    private static byte[] stream(
            List<FieldVector> columns, MapDictionaryProvider dictionaries, int rows) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (VectorSchemaRoot root =
                        new VectorSchemaRoot(
                                columns.stream().map(FieldVector::getField).toList(),
                                columns,
                                rows);
                ArrowStreamWriter writer = new ArrowStreamWriter(root, dictionaries, out)) {
            writer.start();
            writer.writeBatch();
            writer.end();
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    private static ObjectNode metadata(Random random, int row) {
        ObjectNode object = StrictJson.mapper().createObjectNode();
        if (random.nextBoolean()) {
            object.put("n", random.nextLong());
        }
        if (random.nextBoolean()) {
            object.put("price", random.nextGaussian());
        }
        if (random.nextBoolean()) {
            object.put("category", "straße \"" + row + "\"");
        }
        if (random.nextBoolean()) {
            object.put("new", random.nextBoolean());
        }
        if (random.nextBoolean()) {
            ArrayNode tags = object.putArray("tags");
            for (int i = random.nextInt(4); i > 0; i--) {
                tags.add("tag" + i);
            }
        }
        return object;
    }

    private static ObjectNode object(String json) {
        JsonNode object = StrictJson.object(utf8(json), "object");
        return (ObjectNode) object;
    }

    private static byte[] id(int row) {
        return utf8("id-" + row);
    }

    private static byte[] text(int row) {
        return utf8("a text – " + row);
    }

    private static byte[] utf8(String value) {
        return value.getBytes(StandardCharsets.UTF_8);
    }
}
