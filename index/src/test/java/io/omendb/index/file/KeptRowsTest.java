package io.omendb.index.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.BitSet;
import java.util.Random;
import org.junit.jupiter.api.Test;

class KeptRowsTest {
    @Test
    void fileRow_ofAnySet_isTheNthRowKept() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        for (int round = 0; round < 300; round++) {
            int rows = 1 + random.nextInt(2_000);
            double share = round % 10 == 0 ? 0.01 : random.nextDouble();
            BitSet kept = new BitSet();
            for (int row = 0; row < rows; row++) {
                kept.set(row, random.nextDouble() < share);
            }
            KeptRows found = KeptRows.of(kept, rows);
            assertThat(found.count()).as("seed %d", seed).isEqualTo(kept.cardinality());
            assertThat(found.fileRows()).isEqualTo(rows);
            int n = 0;
            for (int row = 0; row < rows; row++) {
                assertThat(found.isKept(row)).as("seed %d", seed).isEqualTo(kept.get(row));
                if (kept.get(row)) {
                    assertThat(found.fileRow(n++)).as("seed %d", seed).isEqualTo(row);
                    int run = kept.nextClearBit(row) - row;
                    assertThat(found.run(row, rows)).as("seed %d", seed).isEqualTo(run);
                    assertThat(found.run(row, 2)).isEqualTo(Math.min(run, 2));
                }
            }
        }
    }

    @Test
    void all_takesNoMemory() {
        BitSet kept = new BitSet();
        kept.set(0, 100);
        assertThat(KeptRows.of(kept, 100).isAll()).isTrue();
        assertThat(KeptRows.all(100).bytes()).isZero();
        assertThat(KeptRows.all(100).fileRow(99)).isEqualTo(99);
        assertThat(KeptRows.all(100).run(90, 1000)).isEqualTo(10);
    }

    @Test
    void of_moreThanTheFileHas_isRefused() {
        BitSet kept = new BitSet();
        kept.set(100);
        assertThatThrownBy(() -> KeptRows.of(kept, 100)).hasMessage("row 100 of a file of 100");
    }
}
