package io.omendb.index.file;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.index.file.SegmentFolder.VectorsContent;
import io.omendb.index.sparse.SegmentPostings;
import io.omendb.schema.Metric;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SegmentFolderTest {
    private static final int ROWS = 100;

    @TempDir Path parent;
    Path dir;

    @BeforeEach
    void name() {
        dir = parent.resolve("segment-1");
    }

    @Test
    void open_whatWasWritten_readsTheSame() {
        List<RowImage> rows = write(ROWS);
        SegmentFolder folder = SegmentFolder.open(dir);
        assertThat(folder.manifest().segment()).isEqualTo("s-1");
        assertThat(folder.manifest().collection()).isEqualTo("products");
        assertThat(folder.manifest().metric()).isEqualTo(Metric.L2);
        assertThat(folder.manifest().rows()).isEqualTo(ROWS);
        assertThat(folder.manifest().indexKind()).isEqualTo("flat");
        assertThat(folder.files())
                .containsExactly(
                        "vectors.arrow", "metadata.parquet", "stats/minmax.json", "manifest.json");
        float[] vectors = new float[2 * ROWS];
        folder.vectors(folder.parts().get(0)).read(0, ROWS, vectors, 0);
        assertThat(vectors[2 * 7]).isEqualTo(7);
        assertThat(vectors[2 * 7 + 1]).isEqualTo(-7);
        List<RowImage> read = new ArrayList<>();
        folder.readRows(read::add);
        assertThat(read)
                .usingRecursiveFieldByFieldElementComparator()
                .containsExactlyElementsOf(rows);
    }

    @Test
    void open_noRows_isASegmentLikeAnyOther() {
        write(0);
        SegmentFolder folder = SegmentFolder.open(dir);
        assertThat(folder.vectors(folder.parts().get(0)).rows()).isZero();
        folder.readRows(row -> assertThat(row).isNull());
    }

    @Test
    void write_fields_areSummed() throws IOException {
        List<String> metadata =
                List.of(
                        "{\"category\":\"a\",\"price\":1.5,\"year\":-3,\"tags\":[\"x\",\"y\"]}",
                        "{\"category\":\"b\",\"price\":-0.5,\"in_stock\":true,\"tags\":\"x\"}",
                        "{\"category\":\"a\",\"price\":\"none\"}");
        SegmentFolder.write(
                dir,
                "s-1",
                RowsFileTest.schema(),
                3,
                VectorsContent.of(RowsFileTest.schema().dimension(), 3, (row, into, offset) -> {}),
                i -> RowsFileTest.row(i, metadata.get(i)),
                null,
                SegmentPostings.growing());
        JsonNode fields =
                new ObjectMapper()
                        .readTree(dir.resolve("stats/minmax.json").toFile())
                        .get("fields");
        assertThat(fields.get("category"))
                .hasToString("{\"type\":\"keyword\",\"count\":3,\"distinct\":2}");
        assertThat(fields.get("price"))
                .hasToString("{\"type\":\"double\",\"count\":2,\"min\":-0.5,\"max\":1.5}");
        assertThat(fields.get("year"))
                .hasToString("{\"type\":\"long\",\"count\":1,\"min\":-3,\"max\":-3}");
        assertThat(fields.get("tags"))
                .hasToString("{\"type\":\"keyword[]\",\"count\":2,\"distinct\":2}");
        assertThat(fields.get("in_stock")).hasToString("{\"type\":\"bool\",\"count\":1}");
        assertThat(fields.get("a.b")).hasToString("{\"type\":\"long\",\"count\":0}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"vectors.arrow", "metadata.parquet", "stats/minmax.json", "manifest.json"})
    void open_anyByteFlipped_saysCorruptAndNamesTheFile(String name) throws IOException {
        write(ROWS);
        Path file = dir.resolve(name);
        byte[] whole = Files.readAllBytes(file);
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int i = 0; i < whole.length; i++) {
            byte[] damaged = whole.clone();
            damaged[i] ^= (byte) (1 << random.nextInt(8));
            Files.write(file, damaged);
            assertCorrupt(file, "seed " + seed + ", byte " + i);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"vectors.arrow", "metadata.parquet", "stats/minmax.json", "manifest.json"})
    void open_truncatedGrownOrMissing_saysCorruptAndNamesTheFile(String name) throws IOException {
        write(ROWS);
        Path file = dir.resolve(name);
        byte[] whole = Files.readAllBytes(file);
        for (int length : new int[] {0, 1, whole.length / 2, whole.length - 1, whole.length + 1}) {
            Files.write(file, Arrays.copyOf(whole, length));
            assertCorrupt(file, "length " + length);
        }
        Files.delete(file);
        assertCorrupt(file, "missing");
        assertThatThrownBy(() -> SegmentFolder.open(dir)).hasMessage(file + " is missing");
    }

    @Test
    void open_newerVersion_saysSo() throws IOException {
        write(1);
        Path file = dir.resolve("manifest.json");
        byte[] newer = ("{\"format_version\":5,\"segment\":{\"unheard\":\"of\"}\n").getBytes(UTF_8);
        String seal = ",\"manifest_crc32c\":\"" + FileDigest.of(newer).hex() + "\"}\n";
        Files.writeString(file, new String(newer, UTF_8) + seal);
        assertThatThrownBy(() -> SegmentFolder.open(dir))
                .hasMessage(
                        file
                                + " was written by a newer OmenDB: format version 5, this one reads up to 4");
    }

    @Test
    void write_failingHalfWay_leavesNothing() throws IOException {
        assertThatThrownBy(
                        () ->
                                SegmentFolder.write(
                                        dir,
                                        "s-1",
                                        RowsFileTest.PLAIN,
                                        ROWS,
                                        VectorsContent.of(
                                                RowsFileTest.PLAIN.dimension(),
                                                ROWS,
                                                (row, into, offset) -> {}),
                                        i -> {
                                            if (i == 50) {
                                                throw new IllegalStateException("row 50");
                                            }
                                            return RowsFileTest.row(i, null);
                                        },
                                        null,
                                        SegmentPostings.growing()))
                .hasMessage("row 50");
        assertThat(namesIn(parent)).isEmpty();
    }

    @Test
    void write_leftoversOfACrash_areReplaced() throws IOException {
        Files.createDirectories(parent.resolve("segment-1.tmp/stats"));
        Files.writeString(parent.resolve("segment-1.tmp/vectors.arrow"), "half");
        write(1);
        assertThat(namesIn(parent)).containsExactly("segment-1");
        assertThat(SegmentFolder.open(dir).manifest().rows()).isOne();
    }

    @Test
    void write_overASegment_isRefusedAndChangesNothing() {
        write(3);
        assertThatThrownBy(() -> write(4))
                .isInstanceOfSatisfying(
                        OmenException.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.EXTERNAL));
        assertThat(SegmentFolder.open(dir).manifest().rows()).isEqualTo(3);
    }

    @Test
    void write_partsOfOthers_sharesTheirFiles() throws IOException {
        List<RowImage> rows = write(ROWS);
        Path merged = parent.resolve("merged");
        BitSet even = new BitSet();
        BitSet odd = new BitSet();
        for (int row = 0; row < ROWS; row++) {
            (row % 2 == 0 ? even : odd).set(row);
        }
        SegmentFolder from = SegmentFolder.open(dir);
        // Odd rows, three written anew, even rows: of the same file twice.
        List<RowImage> expected = new ArrayList<>();
        for (int row = 1; row < ROWS; row += 2) {
            expected.add(rows.get(row));
        }
        expected.addAll(RowsFileTest.randomRows(3, 43));
        for (int row = 0; row < ROWS; row += 2) {
            expected.add(rows.get(row));
        }
        SegmentFolder written =
                SegmentFolder.write(
                        merged,
                        "s-2",
                        RowsFileTest.schema(),
                        List.of(
                                new PartContent.Kept(
                                        from, new SegmentPart("s-1", KeptRows.of(odd, ROWS), null)),
                                new PartContent.Written(ROWS / 2, 3),
                                new PartContent.Kept(
                                        from,
                                        new SegmentPart("s-1", KeptRows.of(even, ROWS), null))),
                        (row, into, offset) -> into[offset] = 1000 + row,
                        expected::get,
                        null,
                        SegmentPostings.growing());
        assertThat(written.files()).hasSize(2 + 2 + 3);
        Path vectors = merged.resolve("parts/s-1/vectors.arrow");
        assertThat(Files.getAttribute(vectors, "unix:ino"))
                .isEqualTo(Files.getAttribute(dir.resolve("vectors.arrow"), "unix:ino"));
        assertThat(SegmentFolder.origin("s-2", "parts/s-1/vectors.arrow"))
                .isEqualTo(SegmentFolder.origin("s-1", "vectors.arrow"));

        SegmentFolder folder = SegmentFolder.open(merged);
        assertThat(folder.manifest().rows()).isEqualTo(ROWS + 3);
        List<RowImage> read = new ArrayList<>();
        folder.readRows(read::add);
        assertThat(read)
                .usingRecursiveFieldByFieldElementComparator()
                .containsExactlyElementsOf(expected);
        assertThat(folder.parts()).hasSize(3);
        float[] vector = new float[2 * 3];
        folder.vectors(folder.parts().get(1)).read(0, 3, vector, 0);
        assertThat(vector[2]).isEqualTo(1000 + ROWS / 2 + 1);
        JsonNode statistics =
                new ObjectMapper().readTree(merged.resolve("stats/minmax.json").toFile());
        assertThat(statistics.get("rows").asInt()).isEqualTo(ROWS + 3);

        for (String name : folder.files()) {
            Path file = merged.resolve(name);
            byte[] whole = Files.readAllBytes(file);
            byte[] damaged = whole.clone();
            damaged[whole.length / 2] ^= 1;
            Files.write(file, damaged);
            assertThatThrownBy(() -> SegmentFolder.open(merged)).hasMessageContaining(name);
            assertThat(SegmentFolder.damage(merged)).containsOnlyKeys(name);
            Files.write(file, whole);
        }
    }

    private List<RowImage> write(int rows) {
        List<RowImage> images = RowsFileTest.randomRows(rows, 42);
        SegmentFolder.write(
                dir,
                "s-1",
                RowsFileTest.schema(),
                rows,
                VectorsContent.of(
                        RowsFileTest.schema().dimension(),
                        rows,
                        (row, into, offset) -> {
                            into[offset] = row;
                            into[offset + 1] = -row;
                        }),
                images::get,
                null,
                SegmentPostings.growing());
        return images;
    }

    private void assertCorrupt(Path file, String when) {
        assertThatThrownBy(() -> SegmentFolder.open(dir))
                .as(when)
                .isInstanceOfSatisfying(
                        OmenException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CORRUPT))
                .hasMessageStartingWith(file + " is ")
                .hasMessageNotContaining("\n");
    }

    private static TreeSet<String> namesIn(Path folder) throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            TreeSet<String> names = new TreeSet<>();
            entries.forEach(entry -> names.add(entry.getFileName().toString()));
            return names;
        }
    }
}
