package io.omendb.gateway.arrow;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.omendb.gateway.arrow.PointTable.Shape;
import io.omendb.gateway.shards.Packed;
import io.omendb.protocol.v1.Point;
import io.omendb.record.PointColumns;
import io.omendb.record.arrow.ArrowPoints;
import io.omendb.schema.CollectionSchema;
import io.omendb.schema.FieldType;
import io.omendb.schema.Metric;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.ArrowStreamReader;
import org.junit.jupiter.api.Test;

class PointTableTest {
    private static final CollectionSchema SCHEMA =
            CollectionSchema.of("c", 3, Metric.L2)
                    .withFields(
                            new LinkedHashMap<>(
                                    Map.of(
                                            "n", FieldType.LONG,
                                            "price", FieldType.DOUBLE,
                                            "category", FieldType.KEYWORD,
                                            "tags", FieldType.KEYWORDS,
                                            "body", FieldType.TEXT,
                                            "fresh", FieldType.BOOL,
                                            "score", FieldType.LONG)));

    /** What a reader finds: the schema's types, its metadata, and the columns' values. */
    private record Read(
            Map<String, String> types, Map<String, String> metadata, Map<String, List<Object>> at) {

        Object value(String column, int row) {
            return at.get(column).get(row);
        }
    }

    private static Read read(byte[] stream) throws IOException {
        try (BufferAllocator allocator = new RootAllocator();
                ArrowStreamReader reader =
                        new ArrowStreamReader(new ByteArrayInputStream(stream), allocator)) {
            VectorSchemaRoot root = reader.getVectorSchemaRoot();
            Map<String, String> types = new LinkedHashMap<>();
            Map<String, List<Object>> values = new LinkedHashMap<>();
            root.getSchema()
                    .getFields()
                    .forEach(
                            field -> {
                                String of =
                                        field.getChildren().isEmpty()
                                                ? ""
                                                : " of " + field.getChildren().get(0).getType();
                                types.put(field.getName(), field.getType() + of);
                                values.put(field.getName(), new ArrayList<>());
                            });
            while (reader.loadNextBatch()) {
                for (FieldVector column : root.getFieldVectors()) {
                    for (int row = 0; row < root.getRowCount(); row++) {
                        Object value = column.getObject(row);
                        values.get(column.getName())
                                .add(
                                        value == null || value instanceof Number
                                                ? value
                                                : value.toString());
                    }
                }
            }
            return new Read(types, root.getSchema().getCustomMetadata(), values);
        }
    }

    @Test
    void declaredFields_haveTheirTypes_andTheRestIsJson() throws Exception {
        byte[] stream;
        try (PointTable table = new PointTable(SCHEMA, Shape.of(false, true, true, true), 4)) {
            table.add(
                    "ä",
                    point(
                            0.5f,
                            "hello",
                            "{'n':9007199254740993,'price':2,'category':'x','tags':['a','b'],"
                                    + "'body':'words','fresh':true,'other':{'deep':[1]}}",
                            1,
                            2,
                            3));
            table.add("b", point(1, "", "{'tags':'one','n':null,'price':1.5}", 4, 5, 6));
            table.add("c", point(2, "", "", 7, 8, 9));
            // Older than the declaration, and a field called like another column.
            table.add("d", point(3, "", "{'n':'seven','fresh':false,'score':7}", 0, 0, 0));
            stream = table.write("{\"took_ms\":1}");
        }

        Read read = read(stream);

        assertThat(read.metadata).containsEntry("omen", "{\"took_ms\":1}");
        assertThat(read.types.keySet()).startsWith("id", "distance", "vector", "text");
        assertThat(read.types)
                .containsEntry("id", "Utf8")
                .containsEntry("distance", "FloatingPoint(SINGLE)")
                .containsEntry("vector", "FixedSizeList(3) of FloatingPoint(SINGLE)")
                .containsEntry("text", "Utf8")
                .containsEntry("n", "Int(64, true)")
                .containsEntry("price", "FloatingPoint(DOUBLE)")
                .containsEntry("category", "Utf8")
                .containsEntry("tags", "List of Utf8")
                .containsEntry("body", "Utf8")
                .containsEntry("fresh", "Bool")
                .containsEntry("metadata", "Utf8")
                .doesNotContainKey("score");
        assertThat(read.at.get("id")).containsExactly("ä", "b", "c", "d");
        assertThat(read.at.get("distance")).containsExactly(0.5f, 1f, 2f, 3f);
        assertThat(read.at.get("vector"))
                .containsExactly(
                        "[1.0,2.0,3.0]", "[4.0,5.0,6.0]", "[7.0,8.0,9.0]", "[0.0,0.0,0.0]");
        assertThat(read.at.get("text")).containsExactly("hello", null, null, null);
        assertThat(read.at.get("n")).containsExactly(9007199254740993L, null, null, null);
        assertThat(read.at.get("price")).containsExactly(2.0, 1.5, null, null);
        assertThat(read.at.get("tags")).containsExactly("[\"a\",\"b\"]", "[\"one\"]", null, null);
        assertThat(read.at.get("fresh")).containsExactly("true", null, null, "false");
        assertThat(read.at.get("metadata"))
                .containsExactly(
                        "{\"other\":{\"deep\":[1]}}", null, null, "{\"n\":\"seven\",\"score\":7}");
    }

    @Test
    void noRows_haveTheSameColumns() throws Exception {
        Shape shape = new Shape(true, true, true, true, true, Set.of("dense", "text"), true);
        try (PointTable table = new PointTable(SCHEMA, shape, 0)) {
            Read read = read(table.write("{}"));
            assertThat(read.types.keySet())
                    .startsWith("query", "id", "score")
                    .contains("score_dense", "score_text", "distance", "vector", "text", "n")
                    .endsWith("metadata", "explain");
            assertThat(read.at.values()).allSatisfy(values -> assertThat(values).isEmpty());
        }
    }

    @Test
    void rowsOfSeveralSearches_areTold_andMayLackWhatOthersHave() throws Exception {
        Shape shape = new Shape(true, true, true, false, true, Set.of("dense", "text"), true);
        try (PointTable table = new PointTable(SCHEMA, shape, 2)) {
            table.add("a", point(Float.NaN, "", "", 1, 2, 3));
            table.query(3);
            table.score(0.25);
            table.score("text", 7);
            table.explain("{}");
            table.add("b", Point.newBuilder().setDistance(2).build());
            table.query(4);
            table.score(0.125);
            table.score("dense", 1);
            Read read = read(table.write("{}"));
            assertThat(read.types.keySet())
                    .containsExactlyInAnyOrder(
                            "query",
                            "id",
                            "score",
                            "score_dense",
                            "score_text",
                            "distance",
                            "vector",
                            "explain");
            assertThat(read.at.get("query")).containsExactly(3, 4);
            assertThat(read.at.get("score")).containsExactly(0.25, 0.125);
            assertThat(read.at.get("score_text")).containsExactly(7.0, null);
            assertThat(read.at.get("score_dense")).containsExactly(null, 1.0);
            assertThat(read.at.get("distance")).containsExactly(null, 2f);
            assertThat(read.at.get("vector")).containsExactly("[1.0,2.0,3.0]", null);
            assertThat(read.value("explain", 0)).isEqualTo("{}");
        }
    }

    /** What a scroll answers without the column of other metadata can be sent as points again. */
    @Test
    void aTable_isABatchOfPoints() {
        CollectionSchema plain = CollectionSchema.of("c", 3, Metric.L2);
        try (PointTable table = new PointTable(plain, Shape.of(false, false, true, false), 2)) {
            table.add("a", point(0, "", "", 1, 2, 3));
            table.add("b", point(0, "", "", 4, 5, 6));
            PointColumns points = ArrowPoints.read(table.write("{}"), plain);
            assertThat(points.vectors()).containsExactly(1, 2, 3, 4, 5, 6);
            assertThat(points.rows()).isEqualTo(2);
        }
    }

    private static Point point(float distance, String text, String metadata, float... vector) {
        return Point.newBuilder()
                .setDistance(distance)
                .setText(text)
                .setMetadataJson(ByteString.copyFromUtf8(metadata.replace('\'', '"')))
                .setVector(Packed.of(vector))
                .build();
    }
}
