package io.omendb.index.segment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.omendb.OmenException;
import io.omendb.index.file.RowImage;
import io.omendb.schema.CollectionSchema;
import io.omendb.schema.Metric;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A segment's way to the disk, when the first attempt fails. */
class SegmentStoreTest {
    private static final CollectionSchema SCHEMA = CollectionSchema.of("c", 3, Metric.L2);

    /** More than are written to the file at once, and the last of them are not there yet. */
    private static final int ROWS = 25_000;

    @TempDir Path dir;

    private Segment frozen() {
        Segment segment = Segment.mutable(1, SCHEMA, dir);
        for (int row = 0; row < ROWS; row++) {
            byte[] id = ("id" + row).getBytes(StandardCharsets.UTF_8);
            segment.append(new RowImage(id, 0, "t-0", row, 0, null, null), vector(row));
        }
        segment.freeze();
        return segment;
    }

    private static float[] vector(int row) {
        return new float[] {row, 0.5f, -row};
    }

    private void assertWhole(Path folder) {
        Segment opened = Segment.open(folder, 2, SCHEMA);
        assertThat(opened.rowCount()).isEqualTo(ROWS);
        float[] vector = new float[3];
        for (int row = 0; row < ROWS; row++) {
            opened.vectors().read(row, 1, vector, 0);
            assertThat(vector).isEqualTo(vector(row));
        }
    }

    /** As a checkpoint's thread is when the checkpoint is given up. */
    @Test
    void store_afterAThreadWasInterruptedInTheMiddle_works() {
        Segment segment = frozen();
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> segment.store(dir)).isInstanceOf(OmenException.class);
        assertThat(Thread.interrupted()).isTrue();

        assertWhole(segment.store(dir));
    }

    /** The name was given, but forcing it to the disk failed. */
    @Test
    void store_overWhatAFailedAttemptLeft_works() throws Exception {
        Segment segment = frozen();
        Path left = Files.createDirectories(dir.resolve(segment.id()).resolve("stats"));
        Files.writeString(left.resolve("minmax.json"), "old");

        Path folder = segment.store(dir);

        assertThat(folder).isEqualTo(dir.resolve(segment.id()));
        assertWhole(folder);
        segment.discardFiles();
        assertThat(folder).doesNotExist();
    }
}
