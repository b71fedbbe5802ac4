package io.omendb.index.column;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Columns give back what was written, packed or not, and packing saves what it should. */
class ColumnTest {
    private static final int ROWS = 10_000;

    /** A span of values within each chunk, from one value to all longs. */
    @ParameterizedTest
    @ValueSource(
            longs = {1, 2, 255, 256, 257, 65_536, 65_537, 1L << 32, (1L << 32) + 1, Long.MAX_VALUE})
    void get_anySpanOfValues_isWhatWasSet(long span) {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        LongColumn longs = new LongColumn();
        IntColumn ints = new IntColumn();
        long[] expected = new long[ROWS];
        long from = 0;
        for (int row = 0; row < ROWS; row++) {
            if ((row & Chunks.MASK) == 0) {
                from = random.nextLong();
            }
            // The ends of the span too: that is where a delta might not fit.
            long delta = row % 5 == 0 ? 0 : row % 5 == 1 ? span - 1 : random.nextLong(span);
            expected[row] = from + delta;
            longs.set(row, expected[row]);
            ints.set(row, (int) expected[row]);
        }
        for (int row = 0; row < ROWS; row++) {
            assertThat(longs.get(row)).as("seed %d row %d", seed, row).isEqualTo(expected[row]);
            assertThat(ints.get(row))
                    .as("seed %d row %d", seed, row)
                    .isEqualTo((int) expected[row]);
        }
    }

    @Test
    void bytes_repeatedValue_isStoredOnce() {
        LongColumn longs = new LongColumn();
        IntColumn ints = new IntColumn();
        for (int row = 0; row < 100 * Chunks.ROWS; row++) {
            longs.set(row, Long.MIN_VALUE);
            ints.set(row, row / Chunks.ROWS);
        }
        assertThat(longs.bytes()).isLessThan(100 * 64 + Chunks.ROWS * Long.BYTES);
        assertThat(ints.bytes()).isLessThan(100 * 64 + Chunks.ROWS * Integer.BYTES);
    }

    @Test
    void bytesColumn_onlyNulls_takesNothing() {
        BytesColumn column = new BytesColumn();
        for (int row = 0; row < ROWS; row++) {
            column.set(row, null);
        }
        assertThat(column.bytes()).isZero();
        assertThat(column.get(ROWS - 1)).isNull();
        assertThat(column.equalTo(0, new byte[0])).isFalse();
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 0.3, 0.999, 0.9999})
    void bytesColumn_valuesAndNulls_areWhatWasSet(double nulls) {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        BytesColumn column = new BytesColumn();
        List<byte @Nullable []> expected = new ArrayList<>();
        for (int row = 0; row < ROWS; row++) {
            byte[] value = null;
            if (random.nextDouble() >= nulls) {
                value = new byte[random.nextInt(100) == 0 ? 70_000 : random.nextInt(20)];
                random.nextBytes(value);
            }
            column.set(row, value);
            expected.add(value);
        }
        byte[] absent = new byte[3];
        for (int row = 0; row < ROWS; row++) {
            byte[] value = expected.get(row);
            assertThat(column.get(row)).as("seed %d row %d", seed, row).isEqualTo(value);
            assertThat(column.equalTo(row, absent)).isEqualTo(Arrays.equals(value, absent));
            assertThat(value == null || column.equalTo(row, value)).isTrue();
        }
    }
}
