package io.omendb.index.ivf;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ListAssignerTest {
    private final long seed = new Random().nextLong();
    private final Random random = new Random(seed);

    @ParameterizedTest
    @CsvSource({"3,1", "64,2", "100,5", "128,30", "130,200", "768,40"})
    void assign_anyBatch_findsWhatComparingRowByRowFinds(int dimension, int lists) {
        int rows = Math.max(400, lists * 8);
        Rotation rotation = new Rotation(dimension, seed);
        int padded = rotation.paddedDimension();
        float[] rotated = clustered(rows, padded);
        Codebook codebook =
                CodebookTrainer.train(
                        ProcessorIndexBuilder.INSTANCE,
                        1,
                        rows,
                        rotation,
                        rotated,
                        rows,
                        lists,
                        seed);
        int[] together = new int[rows];
        new ListAssigner(codebook, rows).assign(rotated, rows, together);
        ListAssigner single = new ListAssigner(codebook, 1);
        ListAssigner seven = new ListAssigner(codebook, 7);
        int[] one = new int[1];
        int[] some = new int[7];
        int nearest = 0;
        for (int row = 0; row < rows; row++) {
            float[] vector =
                    java.util.Arrays.copyOfRange(rotated, row * padded, (row + 1) * padded);
            single.assign(vector, 1, one);
            assertThat(one[0]).as("seed %d, row %d", seed, row).isEqualTo(together[row]);
            if (row + 7 <= rows && row % 7 == 0) {
                seven.assign(
                        java.util.Arrays.copyOfRange(rotated, row * padded, (row + 7) * padded),
                        7,
                        some);
                assertThat(some[3]).as("seed %d", seed).isEqualTo(together[row + 3]);
            }
            if (distance(codebook, together[row], vector) <= least(codebook, vector) * 1.0001) {
                nearest++;
            }
        }
        // Lists of cells that are not tried may be nearer; seldom.
        assertThat(nearest).as("seed %d", seed).isGreaterThan(rows * 8 / 10);
    }

    @Test
    void assign_moreThanItsCapacity_isRefused() {
        Rotation rotation = new Rotation(8, 1);
        float[] rows = clustered(20, rotation.paddedDimension());
        Codebook codebook =
                CodebookTrainer.train(
                        ProcessorIndexBuilder.INSTANCE, 1, 20, rotation, rows, 20, 2, 1);
        ListAssigner assigner = new ListAssigner(codebook, 4);
        org.assertj.core.api.Assertions.assertThatThrownBy(
                        () -> assigner.assign(rows, 5, new int[5]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("rows: found 5, at most 4");
    }

    private float[] clustered(int rows, int dimension) {
        float[] centers = new float[16 * dimension];
        for (int i = 0; i < centers.length; i++) {
            centers[i] = (float) random.nextGaussian() * 2;
        }
        float[] vectors = new float[rows * dimension];
        for (int row = 0; row < rows; row++) {
            int center = random.nextInt(16);
            for (int d = 0; d < dimension; d++) {
                vectors[row * dimension + d] =
                        centers[center * dimension + d] + (float) random.nextGaussian();
            }
        }
        return vectors;
    }

    private static double least(Codebook codebook, float[] vector) {
        double least = Double.POSITIVE_INFINITY;
        for (int list = 0; list < codebook.lists(); list++) {
            least = Math.min(least, distance(codebook, list, vector));
        }
        return least;
    }

    private static double distance(Codebook codebook, int list, float[] vector) {
        double sum = 0;
        for (int d = 0; d < vector.length; d++) {
            double difference = vector[d] - codebook.centroids()[list * vector.length + d];
            sum += difference * difference;
        }
        return sum;
    }
}
