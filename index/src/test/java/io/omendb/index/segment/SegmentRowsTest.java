package io.omendb.index.segment;

import static org.assertj.core.api.Assertions.assertThat;

import io.omendb.index.file.RowImage;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SegmentRowsTest {
    private static final int ROWS = 100_000;

    @Test
    void bytes_rowsOfAnIdAndAPosition_takeAtMost30BytesEach() {
        SegmentRows rows = new SegmentRows(Map.of());
        for (int row = 0; row < ROWS; row++) {
            rows.append(row, image(row));
        }
        assertThat((double) rows.bytes() / ROWS).isBetween(6.0, 30.0);
        for (int row = 0; row < ROWS; row += 997) {
            assertThat(rows.image(row)).usingRecursiveComparison().isEqualTo(image(row));
        }
    }

    private static RowImage image(int row) {
        byte[] id = Integer.toString(100_000 + row).getBytes(StandardCharsets.UTF_8);
        return new RowImage(id, row * 31 % 128, "topic-0", 5_000_000_000L + row, 0, null, null);
    }
}
