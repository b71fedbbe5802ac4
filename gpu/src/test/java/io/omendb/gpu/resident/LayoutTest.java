package io.omendb.gpu.resident;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LayoutTest {

    @Test
    void bytes_ofWholeTilesAndPaddedComponents() {
        Layout layout = new Layout(13);
        assertThat(layout.stride()).isEqualTo(16);
        assertThat(layout.codeBytes()).isEqualTo(64);
        // 33 rows are two tiles.
        long perRow = 64 + 2 * Float.BYTES + Long.BYTES;
        assertThat(layout.bytes(33)).isEqualTo(33 * 16 * 4 + 64 * perRow + 2 * 4);
    }

    @Test
    void bytes_128components_are664ARow() {
        assertThat(new Layout(128).bytes(1 << 20) / (double) (1 << 20)).isBetween(656.0, 657.0);
    }
}
