package io.omendb.gpu.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.omendb.gpu.Gpu;
import io.omendb.gpu.cuda.CudaContext;
import io.omendb.index.ivf.ClusterGroups;
import io.omendb.index.ivf.Clustering;
import io.omendb.index.ivf.Codebook;
import io.omendb.index.ivf.CodebookTrainer;
import io.omendb.index.ivf.IndexBuilder;
import io.omendb.index.ivf.IndexBuilderException;
import io.omendb.index.ivf.ListsBuilder;
import io.omendb.index.ivf.PackedLists;
import io.omendb.index.ivf.ProcessorIndexBuilder;
import io.omendb.index.ivf.Rotation;
import io.omendb.index.kernel.BitCodeKernel;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Indexes made on the GPU against those that the processor makes. */
class CudaIndexBuilderTest {
    private static final int BLOCK = BitCodeKernel.BLOCK;
    private static final IndexBuilder HERE = ProcessorIndexBuilder.INSTANCE;

    private final long seed = System.nanoTime();
    private final Random random = new Random(seed);
    private CudaContext context;
    private CudaIndexBuilder builder;

    @BeforeEach
    void open() {
        context = Gpu.open();
        builder =
                new CudaIndexBuilder(
                        context,
                        why -> {
                            throw new AssertionError("lost", why);
                        });
    }

    @AfterEach
    void close() {
        if (context != null) {
            builder.close();
            context.close();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "3,700,1",
        "64,1500,40",
        "100,3000,90",
        "128,9000,300",
        "200,1000,20",
        "768,2500,60",
        "1000,600,25",
        "4096,300,8"
    })
    void encode_anyRows_isTheProcessors(int dimension, int rows, int lists) {
        float[] vectors = clustered(rows, dimension);
        Codebook codebook = codebook(vectors, rows, dimension, lists);
        ListsBuilder.VectorSource source =
                (row, into) -> System.arraycopy(vectors, row * dimension, into, 0, dimension);
        Entries there = new Entries(ListsBuilder.encode(builder, codebook, rows, source), rows);
        Entries here = new Entries(ListsBuilder.encode(HERE, codebook, rows, source), rows);
        float[] rotated = rotated(codebook.rotation(), vectors, rows);
        int padded = codebook.dimension();
        int elsewhere = 0;
        for (int row = 0; row < rows; row++) {
            float[] x = Arrays.copyOfRange(rotated, row * padded, (row + 1) * padded);
            int list = there.lists[row];
            assertThat(list).as("seed %d, row %d", seed, row).isNotNegative();
            if (list != here.lists[row]) {
                // As near to both, but for rounding; or only one of two cells was tried.
                elsewhere++;
                assertThat(distance(codebook, list, x))
                        .as("seed %d, row %d", seed, row)
                        .isLessThanOrEqualTo(distance(codebook, here.lists[row], x) * 1.001 + 1e-4);
                continue;
            }
            checkEntry(there, here, row, x, codebook);
        }
        assertThat(elsewhere).as("seed %d", seed).isLessThan(1 + rows / 200);
    }

    private void checkEntry(Entries there, Entries here, int row, float[] x, Codebook codebook) {
        int words = codebook.dimension() / Integer.SIZE;
        float square = Float.intBitsToFloat(here.entries[row][words]);
        assertThat(Float.intBitsToFloat(there.entries[row][words]))
                .as("seed %d, row %d: square", seed, row)
                .isCloseTo(square, org.assertj.core.data.Offset.offset(square * 1e-4f + 1e-5f));
        float slope = Float.intBitsToFloat(here.entries[row][words + 1]);
        assertThat(Float.intBitsToFloat(there.entries[row][words + 1]))
                .as("seed %d, row %d: slope", seed, row)
                .isCloseTo(slope, org.assertj.core.data.Offset.offset(slope * 1e-3f + 1e-5f));
        for (int d = 0; d < codebook.dimension(); d++) {
            int bit = BitCodeKernel.bit(d, codebook.dimension());
            int differing = there.entries[row][bit / 32] ^ here.entries[row][bit / 32];
            if ((differing >>> bit % 32 & 1) != 0) {
                float residual =
                        x[d] - codebook.centroids()[here.lists[row] * codebook.dimension() + d];
                assertThat(Math.abs(residual))
                        .as("seed %d, row %d, component %d", seed, row, d)
                        .isLessThan(1e-4f);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"64,2000,30", "128,6000,150", "192,1500,12", "768,1200,33"})
    void train_clusteredRows_isAsGoodAsTheProcessors(int dimension, int rows, int lists) {
        Rotation rotation = new Rotation(dimension, seed);
        float[] sample = rotated(rotation, clustered(rows, dimension), rows);
        Codebook there =
                CodebookTrainer.train(builder, 1, rows, rotation, sample, rows, lists, seed);
        Codebook again =
                CodebookTrainer.train(builder, 1, rows, rotation, sample, rows, lists, seed);
        assertThat(again.id()).as("seed %d: the same twice", seed).isEqualTo(there.id());
        Codebook here = CodebookTrainer.train(HERE, 1, rows, rotation, sample, rows, lists, seed);
        for (float component : there.centroids()) {
            assertThat(component).isFinite();
        }
        assertThat(there.lists()).isBetween(lists / 2, lists * 2);
        double ratio = error(there, sample, rows) / error(here, sample, rows);
        assertThat(ratio).as("seed %d", seed).isBetween(0.9, 1.1);
        assertThat(builder.builds()).isEqualTo(2);
    }

    @Test
    void train_groups_eachFindsItsOwnClusters() {
        int dimension = 64;
        int rows = 300;
        float[] vectors = clustered(rows, dimension);
        int[] order = new int[rows];
        Arrays.setAll(order, i -> rows - 1 - i);
        // A group without rows, one of one row, one with as many clusters as rows, and others.
        ClusterGroups groups =
                new ClusterGroups(
                        order, new int[] {0, 0, 1, 6, 100, rows}, new int[] {0, 0, 1, 6, 7, 40});
        int[] starts = new int[groups.clusters()];
        for (int group = 0; group < groups.count(); group++) {
            for (int c = groups.firstClusters()[group];
                    c < groups.firstClusters()[group + 1];
                    c++) {
                starts[c] = order[groups.firstRows()[group] + c - groups.firstClusters()[group]];
            }
        }
        try (Clustering there = builder.cluster(vectors, dimension, rows);
                Clustering here = HERE.cluster(vectors, dimension, rows)) {
            float[] found = there.train(groups, starts, 4, 1);
            float[] expected = here.train(groups, starts, 4, 1);
            assertThat(found).hasSize(40 * dimension);
            for (int i = 0; i < found.length; i++) {
                // Rows in between two centroids may make a difference, but not in what comes first.
                if (i < 7 * dimension) {
                    assertThat(found[i])
                            .as("seed %d, %d", seed, i)
                            .isCloseTo(expected[i], org.assertj.core.data.Offset.offset(1e-4f));
                }
                assertThat(found[i]).isFinite();
            }
            int[] nearest = there.assign(order, expected);
            int[] expectedNearest = here.assign(order, expected);
            for (int i = 0; i < rows; i++) {
                assertThat(distance(expected, nearest[i], vectors, order[i], dimension))
                        .as("seed %d, row %d", seed, order[i])
                        .isLessThanOrEqualTo(
                                distance(expected, expectedNearest[i], vectors, order[i], dimension)
                                                * 1.0001
                                        + 1e-5);
            }
        }
    }

    @Test
    void train_rowsThatAreAllTheSame_givesThatRow() {
        int dimension = 64;
        int rows = 50;
        float[] vectors = new float[rows * dimension];
        for (int i = 0; i < vectors.length; i++) {
            vectors[i] = i % dimension - 20.5f;
        }
        int[] order = new int[rows];
        Arrays.setAll(order, i -> i);
        ClusterGroups all = new ClusterGroups(order, new int[] {0, rows}, new int[] {0, 5});
        try (Clustering clustering = builder.cluster(vectors, dimension, rows)) {
            float[] found = clustering.train(all, new int[] {0, 1, 2, 3, 4}, 3, 1);
            for (int i = 0; i < found.length; i++) {
                assertThat(found[i])
                        .isCloseTo(
                                vectors[i % dimension], org.assertj.core.data.Offset.offset(1e-5f));
            }
        }
    }

    @Test
    void work_afterClose_isRefused() {
        builder.close();
        assertThatThrownBy(() -> builder.cluster(new float[64], 64, 1))
                .isInstanceOf(IndexBuilderException.class)
                .hasMessage("the device is closed");
    }

    private Codebook codebook(float[] vectors, int rows, int dimension, int lists) {
        Rotation rotation = new Rotation(dimension, seed);
        return CodebookTrainer.train(
                HERE, 1, rows, rotation, rotated(rotation, vectors, rows), rows, lists, seed);
    }

    private static float[] rotated(Rotation rotation, float[] vectors, int rows) {
        float[] rotated = new float[rows * rotation.paddedDimension()];
        for (int row = 0; row < rows; row++) {
            rotation.apply(
                    vectors, row * rotation.dimension(), rotated, row * rotation.paddedDimension());
        }
        return rotated;
    }

    /** Mean squared distance to the nearest list. */
    private static double error(Codebook codebook, float[] rotated, int rows) {
        double sum = 0;
        for (int row = 0; row < rows; row += 7) {
            double least = Double.POSITIVE_INFINITY;
            for (int list = 0; list < codebook.lists(); list++) {
                least =
                        Math.min(
                                least,
                                distance(
                                        codebook.centroids(),
                                        list,
                                        rotated,
                                        row,
                                        codebook.dimension()));
            }
            sum += least;
        }
        return sum;
    }

    private static double distance(Codebook codebook, int list, float[] x) {
        return distance(codebook.centroids(), list, x, 0, codebook.dimension());
    }

    private static double distance(float[] centroids, int c, float[] rows, int row, int dimension) {
        double sum = 0;
        for (int d = 0; d < dimension; d++) {
            double difference = centroids[c * dimension + d] - rows[row * dimension + d];
            sum += difference * difference;
        }
        return sum;
    }

    private float[] clustered(int rows, int dimension) {
        int centres = 20;
        float[] centre = new float[centres * dimension];
        for (int i = 0; i < centre.length; i++) {
            centre[i] = (float) random.nextGaussian();
        }
        float[] vectors = new float[rows * dimension];
        for (int row = 0; row < rows; row++) {
            int from = random.nextInt(centres);
            for (int d = 0; d < dimension; d++) {
                vectors[row * dimension + d] =
                        centre[from * dimension + d] + (float) random.nextGaussian() * 0.4f;
            }
        }
        return vectors;
    }

    /** What lists hold, by row. */
    private static final class Entries {
        final int[] lists;
        final int[][] entries;

        Entries(PackedLists packed, int rows) {
            lists = new int[rows];
            entries = new int[rows][];
            Arrays.fill(lists, -1);
            int fields = packed.entryInts();
            for (int list = 0; list < packed.codebook().lists(); list++) {
                int size = packed.size(list);
                int[] all = new int[size * fields];
                assertThat(packed.copyEntries(list, all, 0)).isEqualTo(all.length);
                for (int first = 0; first < size; first += BLOCK) {
                    int n = Math.min(BLOCK, size - first);
                    for (int lane = 0; lane < n; lane++) {
                        int[] entry = new int[fields];
                        for (int field = 0; field < fields; field++) {
                            entry[field] = all[first * fields + field * n + lane];
                        }
                        int row = entry[fields - 1];
                        assertThat(lists[row]).as("row %d twice", row).isEqualTo(-1);
                        lists[row] = list;
                        entries[row] = entry;
                    }
                }
            }
        }
    }
}
