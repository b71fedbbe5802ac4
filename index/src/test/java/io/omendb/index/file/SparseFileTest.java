package io.omendb.index.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.omendb.OmenException;
import io.omendb.index.sparse.PackedPostings;
import io.omendb.index.sparse.PostingCursor;
import io.omendb.index.sparse.SegmentPostings;
import io.omendb.index.sparse.SparseFields;
import io.omendb.record.SparseVector;
import io.omendb.schema.CollectionSchema;
import io.omendb.schema.FieldType;
import io.omendb.schema.Metric;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SparseFileTest {
    private static final SparseFields FIELDS =
            SparseFields.of(
                    CollectionSchema.of("c", 2, Metric.L2)
                            .withFields(Map.of("body", FieldType.TEXT))
                            .withSparse());

    @TempDir private Path dir;

    private final long seed = System.nanoTime();
    private final Random random = new Random(seed);

    @Test
    void write_severalFieldsInSeveralBatches_readsBackTheSame() throws IOException {
        // More different terms than one batch of the file holds.
        SegmentPostings written = postings(20_000);
        Path file = dir.resolve("sparse.arrow");
        FileDigest digest = SparseFile.writeDigested(file, written);

        SegmentPostings read = SparseFile.read(file, 20_000);

        assertThat(digest.bytes()).isEqualTo(file.toFile().length());
        assertThat(read.fields())
                .containsExactlyInAnyOrder(SparseFields.TEXT, SparseFields.SPARSE, "body");
        for (String field : read.fields()) {
            PackedPostings found = Objects.requireNonNull(read.packedField(field));
            PackedPostings expected = Objects.requireNonNull(written.packedField(field));
            assertThat(found.size()).as("seed %d", seed).isEqualTo(expected.size());
            assertThat(found.terms()).isEqualTo(expected.terms());
            assertThat(found.documents()).isEqualTo(expected.documents());
            for (int row = 0; row < 20_000; row++) {
                assertThat(found.norm(row)).isEqualTo(expected.norm(row));
            }
            for (int rank = 0; rank < found.size(); rank++) {
                assertThat(found.term(rank)).isEqualTo(expected.term(rank));
                assertThat(list(found.cursor(rank))).isEqualTo(list(expected.cursor(rank)));
            }
        }
    }

    @Test
    void read_ofMoreRowsThanTheSegmentHas_isCorrupt() throws IOException {
        Path file = dir.resolve("sparse.arrow");
        SparseFile.writeDigested(file, postings(100));
        assertThatThrownBy(() -> SparseFile.read(file, 50))
                .isInstanceOf(OmenException.class)
                .hasMessageContaining("of 50");
    }

    private SegmentPostings postings(int rows) {
        SegmentPostings growing = SegmentPostings.growing();
        for (int row = 0; row < rows; row++) {
            String text = "all row" + row + " some" + random.nextInt(50);
            String body = "{\"body\":\"" + "word ".repeat(random.nextInt(70)) + "\",\"n\":1}";
            growing.add(
                    FIELDS,
                    row,
                    row % 3 == 0 ? null : text.getBytes(StandardCharsets.UTF_8),
                    row % 5 == 0 ? null : body.getBytes(StandardCharsets.UTF_8),
                    row % 7 == 0
                            ? new SparseVector(
                                    new int[] {row % 11, 100_000 + row},
                                    new float[] {random.nextFloat(), -1})
                            : null);
        }
        return growing.pack(rows);
    }

    private static List<String> list(PostingCursor cursor) {
        List<String> list = new ArrayList<>();
        for (int row = cursor.next(); row != PostingCursor.END; row = cursor.next()) {
            list.add(row + ":" + cursor.value());
        }
        return list;
    }
}
