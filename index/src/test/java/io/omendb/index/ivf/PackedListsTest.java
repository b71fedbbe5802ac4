package io.omendb.index.ivf;

import static org.assertj.core.api.Assertions.assertThat;

import io.omendb.index.kernel.BitCodeKernel;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Entries as files and devices have them, whatever lies in memory. */
class PackedListsTest {
    private static final int ROWS = 700;
    private static final int BLOCK = BitCodeKernel.BLOCK;

    private final long seed = System.nanoTime();
    private final Random random = new Random(seed);

    @ParameterizedTest
    @ValueSource(ints = {3, 64, 128, 192, 768})
    void entries_copiedFilledAndAdded_areTheSignsOfResiduals(int dimension) {
        Rotation rotation = new Rotation(dimension, seed);
        float[] rows = new float[ROWS * dimension];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = (float) random.nextGaussian();
        }
        int n = rotation.paddedDimension();
        float[] rotated = new float[ROWS * n];
        for (int row = 0; row < ROWS; row++) {
            rotation.apply(rows, row * dimension, rotated, row * n);
        }
        Codebook codebook =
                CodebookTrainer.train(
                        ProcessorIndexBuilder.INSTANCE, 1, ROWS, rotation, rotated, ROWS, 12, seed);
        GrowingLists growing = new GrowingLists(codebook);
        for (int row = 0; row < ROWS; row++) {
            growing.add(row, rows, row * dimension);
        }
        growing.flush();
        PackedLists packed = ListsBuilder.pack(growing);

        int[] lists = new int[ROWS];
        int[][] entries = entries(packed, lists);
        for (int row = 0; row < ROWS; row++) {
            for (int d = 0; d < n; d++) {
                float residual = rotated[row * n + d] - codebook.centroids()[lists[row] * n + d];
                int bit = BitCodeKernel.bit(d, n);
                assertThat(entries[row][bit / 32] >>> bit % 32 & 1)
                        .as("seed %d, row %d, component %d", seed, row, d)
                        .isEqualTo(~Float.floatToRawIntBits(residual) >>> 31);
            }
        }

        PackedLists filled = PackedLists.ofSizes(codebook, ROWS, packed.sizes());
        for (int list = 0; list < codebook.lists(); list++) {
            int[] copied = new int[packed.size(list) * packed.entryInts()];
            assertThat(packed.copyEntries(list, copied, 0)).isEqualTo(copied.length);
            assertThat(filled.fill(list, copied, 0)).isEqualTo(copied.length);
        }
        assertThat(entries(filled, new int[ROWS])).as("seed %d", seed).isDeepEqualTo(entries);

        GrowingLists added = new GrowingLists(codebook);
        int fields = packed.entryInts() - 1;
        int[] ends = new int[ROWS * fields];
        for (int row = 0; row < ROWS; row++) {
            System.arraycopy(entries[row], 0, ends, row * fields, fields);
        }
        added.addEncoded(0, ROWS, lists, ends);
        assertThat(entries(ListsBuilder.pack(added), new int[ROWS]))
                .as("seed %d", seed)
                .isDeepEqualTo(entries);
        assertThat(found(packed, codebook, rows, dimension))
                .as("seed %d", seed)
                .isEqualTo(found(filled, codebook, rows, dimension));
    }

    /** Words and fields by row, from what a file would hold; also the list of each row. */
    private static int[][] entries(PackedLists packed, int[] lists) {
        int ints = packed.entryInts();
        int[][] entries = new int[ROWS][];
        for (int list = 0; list < packed.sizes().length; list++) {
            int size = packed.size(list);
            int[] copied = new int[size * ints];
            packed.copyEntries(list, copied, 0);
            for (int first = 0; first < size; first += BLOCK) {
                int lanes = Math.min(BLOCK, size - first);
                for (int lane = 0; lane < lanes; lane++) {
                    int[] entry = new int[ints];
                    for (int field = 0; field < ints; field++) {
                        entry[field] = copied[first * ints + field * lanes + lane];
                    }
                    entries[entry[ints - 1]] = entry;
                    lists[entry[ints - 1]] = list;
                }
            }
        }
        return entries;
    }

    /** The rows that a scan of all lists finds near the first row, with their bounds. */
    private static String found(PackedLists lists, Codebook codebook, float[] rows, int dimension) {
        IvfQuery ivf = new IvfQuery();
        ivf.start(codebook, Arrays.copyOf(rows, dimension), false, 1.9f);
        StringBuilder found = new StringBuilder();
        while (ivf.next()) {
            ivf.probe();
            int candidates = ivf.candidates(lists, Float.POSITIVE_INFINITY);
            for (int i = 0; i < candidates; i++) {
                found.append(ivf.row(i)).append('=').append(ivf.bound(i)).append(' ');
            }
        }
        return found.toString();
    }
}
