package io.omendb.index.file;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.schema.CollectionSchema;
import io.omendb.schema.FieldType;
import io.omendb.schema.Metric;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.convert.GroupRecordConverter;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.io.ColumnIOFactory;
import org.apache.parquet.io.LocalInputFile;
import org.apache.parquet.io.RecordReader;
import org.apache.parquet.schema.MessageType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RowsFileTest {
    static final CollectionSchema PLAIN = CollectionSchema.of("products", 2, Metric.L2);

    @TempDir Path dir;

    @Test
    void read_whatWasWritten_isTheSame() {
        long seed = System.nanoTime();
        for (int rows : new int[] {0, 1, 3, 5000}) {
            List<RowImage> written = randomRows(rows, seed);
            Path file = dir.resolve(rows + ".parquet");
            RowsFile.write(file, schema(), rows, written::get);
            assertThat(read(file))
                    .as("seed %d", seed)
                    .usingRecursiveFieldByFieldElementComparator()
                    .containsExactlyElementsOf(written);
        }
    }

    @Test
    void read_unicodeAndNulls_areKept() {
        RowImage bare = new RowImage("日本-🎉-é".getBytes(UTF_8), 127, "", -1, 0, null, null);
        RowImage full =
                new RowImage(
                        "b".getBytes(UTF_8),
                        0,
                        "omen.products-3",
                        Long.MAX_VALUE,
                        Long.MIN_VALUE,
                        "{\"名\":\"Ω\"}".getBytes(UTF_8),
                        "".getBytes(UTF_8));
        List<RowImage> written = List.of(full, bare, full);
        Path file = dir.resolve("rows.parquet");
        RowsFile.write(file, PLAIN, 3, written::get);
        assertThat(read(file))
                .usingRecursiveFieldByFieldElementComparator()
                .containsExactlyElementsOf(written);
    }

    @Test
    void write_declaredFields_haveTypedColumns() throws IOException {
        List<String> metadata = new ArrayList<>();
        metadata.add(
                "{\"category\":\"a\",\"price\":1.5,\"year\":1999,\"in_stock\":true,"
                        + "\"tags\":[\"x\",\"y\"],\"body\":\"two words\",\"a.b\":7}");
        metadata.add("{\"category\":5,\"price\":\"x\",\"tags\":[]}");
        metadata.add(null);
        metadata.add("{\"tags\":\"one\",\"price\":3}");
        Path file = dir.resolve("rows.parquet");
        RowsFile.write(file, schema(), metadata.size(), i -> row(i, metadata.get(i)));
        List<Group> groups = groups(file);
        Group first = groups.get(0);
        assertThat(first.getString("field.category", 0)).isEqualTo("a");
        assertThat(first.getDouble("field.price", 0)).isEqualTo(1.5);
        assertThat(first.getLong("field.year", 0)).isEqualTo(1999);
        assertThat(first.getBoolean("field.in_stock", 0)).isTrue();
        assertThat(first.getString("field.body", 0)).isEqualTo("two words");
        assertThat(first.getLong("field.a.b", 0)).isEqualTo(7);
        assertThat(elements(first)).containsExactly("x", "y");
        Group second = groups.get(1);
        assertThat(second.getFieldRepetitionCount("field.category")).isZero();
        assertThat(second.getFieldRepetitionCount("field.price")).isZero();
        assertThat(elements(second)).isEmpty();
        assertThat(groups.get(2).getFieldRepetitionCount("field.tags")).isZero();
        assertThat(elements(groups.get(3))).containsExactly("one");
        assertThat(groups.get(3).getDouble("field.price", 0)).isEqualTo(3);
        assertThat(read(file)).hasSize(4);
    }

    @Test
    void read_sources_areSharedStrings() {
        Path file = dir.resolve("rows.parquet");
        RowsFile.write(file, PLAIN, 1000, i -> row(i, null));
        List<RowImage> rows = read(file);
        String first = rows.get(0).source();
        assertThat(rows).allMatch(row -> row.source() == first);
    }

    @Test
    void read_anyByteFlipped_saysCorruptOrReadsAllRows() throws IOException {
        Path file = dir.resolve("rows.parquet");
        RowsFile.write(file, PLAIN, 200, i -> row(i, "{\"n\":" + i + "}"));
        byte[] whole = Files.readAllBytes(file);
        Path flipped = dir.resolve("flipped.parquet");
        for (int i = 0; i < whole.length; i++) {
            byte[] damaged = whole.clone();
            damaged[i] ^= 0x20;
            Files.write(flipped, damaged);
            try {
                // Bytes that are never read are left to the manifest's checksum.
                assertThat(read(flipped)).as("byte %d", i).hasSizeLessThanOrEqualTo(200);
            } catch (OmenException e) {
                assertThat(e.code()).as("byte %d", i).isEqualTo(ErrorCode.CORRUPT);
                assertThat(e).hasMessageContaining(flipped.toString());
            }
        }
    }

    @Test
    void read_truncatedOrMissing_saysCorrupt() throws IOException {
        Path file = dir.resolve("rows.parquet");
        RowsFile.write(file, PLAIN, 10, i -> row(i, null));
        byte[] whole = Files.readAllBytes(file);
        for (int length : new int[] {0, 4, whole.length / 2, whole.length - 1}) {
            Path cut = dir.resolve("cut-" + length);
            Files.write(cut, java.util.Arrays.copyOf(whole, length));
            assertThatThrownBy(() -> read(cut))
                    .isInstanceOf(OmenException.class)
                    .hasMessageContaining(cut.toString());
        }
        assertThatThrownBy(() -> read(dir.resolve("none")))
                .hasMessage(dir.resolve("none") + " is missing");
    }

    @Test
    void read_sinkThatFails_isNotCalledDamage() {
        Path file = dir.resolve("rows.parquet");
        RowsFile.write(file, PLAIN, 10, i -> row(i, null));
        assertThatThrownBy(
                        () ->
                                RowsFile.read(
                                        file,
                                        row -> {
                                            throw new IllegalStateException("full");
                                        }))
                .isInstanceOf(IllegalStateException.class);
    }

    static CollectionSchema schema() {
        Map<String, FieldType> fields = new LinkedHashMap<>();
        fields.put("category", FieldType.KEYWORD);
        fields.put("price", FieldType.DOUBLE);
        fields.put("year", FieldType.LONG);
        fields.put("in_stock", FieldType.BOOL);
        fields.put("tags", FieldType.KEYWORDS);
        fields.put("body", FieldType.TEXT);
        fields.put("a.b", FieldType.LONG);
        return PLAIN.withFields(fields);
    }

    static RowImage row(int i, String metadata) {
        return new RowImage(
                ("id-" + i).getBytes(UTF_8),
                i % 128,
                "omen.products-3",
                i,
                1_700_000_000_000L + i,
                metadata == null ? null : metadata.getBytes(UTF_8),
                null);
    }

    static List<RowImage> randomRows(int n, long seed) {
        Random random = new Random(seed);
        List<RowImage> rows = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            rows.add(
                    new RowImage(
                            ("id-" + random.nextLong()).getBytes(UTF_8),
                            random.nextInt(1 << 15),
                            random.nextInt(5) == 0 ? "" : "omen.products-" + random.nextInt(4),
                            random.nextLong(),
                            random.nextLong(),
                            random.nextInt(4) == 0 ? null : metadata(random),
                            random.nextInt(4) == 0
                                    ? null
                                    : ("t".repeat(random.nextInt(50))).getBytes(UTF_8)));
        }
        return rows;
    }

    private static byte[] metadata(Random random) {
        return ("{\"category\":\"c"
                        + random.nextInt(9)
                        + "\",\"price\":"
                        + random.nextDouble()
                        + ",\"tags\":[\"é\",\"t"
                        + random.nextInt(9)
                        + "\"]}")
                .getBytes(UTF_8);
    }

    static List<RowImage> read(Path file) {
        List<RowImage> rows = new ArrayList<>();
        RowsFile.read(file, rows::add);
        return rows;
    }

    private static List<String> elements(Group row) {
        Group list = row.getGroup("field.tags", 0);
        List<String> elements = new ArrayList<>();
        for (int i = 0; i < list.getFieldRepetitionCount("list"); i++) {
            elements.add(list.getGroup("list", i).getString("element", 0));
        }
        return elements;
    }

    private static List<Group> groups(Path file) throws IOException {
        ParquetReadOptions options =
                ParquetReadOptions.builder(new PlainParquetConfiguration())
                        .withCodecFactory(new ZstdCodecs())
                        .build();
        try (ParquetFileReader reader = ParquetFileReader.open(new LocalInputFile(file), options)) {
            MessageType schema = reader.getFileMetaData().getSchema();
            List<Group> groups = new ArrayList<>();
            RecordReader<Group> records =
                    new ColumnIOFactory()
                            .getColumnIO(schema)
                            .getRecordReader(
                                    reader.readNextRowGroup(), new GroupRecordConverter(schema));
            for (long i = 0; i < reader.getRecordCount(); i++) {
                groups.add(records.read());
            }
            return groups;
        }
    }
}
