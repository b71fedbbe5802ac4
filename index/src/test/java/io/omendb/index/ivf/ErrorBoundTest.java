package io.omendb.index.ivf;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The estimator of RaBitQ errs as little as it promises, in any dimension and metric. */
class ErrorBoundTest {
    private static final int ROWS = 4000;
    private static final int QUERIES = 20;

    private final long seed = System.nanoTime();
    private final Random random = new Random(seed);

    /**
     * At epsilon 1.9 the one-sided bound of a normal error would be broken by 2.9 % of rows; a
     * quantized query adds a little.
     */
    @ParameterizedTest
    @CsvSource({
        "64,false",
        "100,false",
        "128,false",
        "207,true",
        "256,false",
        "702,true",
        "768,false",
        "1536,true",
        "3,false",
        "2,false"
    })
    void bound_randomRows_holdsAtItsRate(int dimension, boolean innerProduct) {
        // The bound holds over rotations; one of few components alone is no sample of them.
        int rotations = dimension < 64 ? 40 : 1;
        long[] brokenAndSeen = new long[2];
        for (int i = 0; i < rotations; i++) {
            count(new Rotation(dimension, seed + i), innerProduct, brokenAndSeen);
        }
        assertThat((double) brokenAndSeen[0] / brokenAndSeen[1])
                .as("seed %d", seed)
                .isLessThan(0.045);
    }

    private void count(Rotation rotation, boolean innerProduct, long[] brokenAndSeen) {
        int dimension = rotation.dimension();
        float[] rows = new float[ROWS * dimension];
        for (int i = 0; i < rows.length; i++) {
            // Uneven scales and an offset: nothing the rotation could not do without.
            rows[i] = (float) (random.nextGaussian() * (1 + i % dimension % 7) + 2);
        }
        int padded = rotation.paddedDimension();
        float[] rotated = new float[ROWS * padded];
        for (int row = 0; row < ROWS; row++) {
            rotation.apply(rows, row * dimension, rotated, row * padded);
        }
        Codebook codebook =
                CodebookTrainer.train(
                        ProcessorIndexBuilder.INSTANCE, 1, ROWS, rotation, rotated, ROWS, 20, seed);
        GrowingLists lists = new GrowingLists(codebook);
        for (int row = 0; row < ROWS; row++) {
            lists.add(row, rows, row * dimension);
        }
        lists.flush();
        PackedLists packed = ListsBuilder.pack(lists);
        IvfQuery ivf = new IvfQuery();
        for (int q = 0; q < QUERIES; q++) {
            float[] query = new float[dimension];
            for (int d = 0; d < dimension; d++) {
                query[d] = (float) (random.nextGaussian() * (1 + d % 7) + 2);
            }
            ivf.start(codebook, query, innerProduct, 1.9f);
            int met = 0;
            while (ivf.next()) {
                ivf.probe();
                int found = ivf.candidates(packed, Float.POSITIVE_INFINITY);
                for (int i = 0; i < found; i++) {
                    double truth = score(query, rows, ivf.row(i), innerProduct);
                    brokenAndSeen[0] +=
                            ivf.bound(i) > truth + 1e-3 * Math.abs(truth) + 1e-3 ? 1 : 0;
                    brokenAndSeen[1]++;
                }
                met += found;
            }
            assertThat(met).as("every row is met once").isEqualTo(ROWS);
        }
    }

    private static double score(float[] query, float[] rows, int row, boolean innerProduct) {
        double sum = 0;
        for (int d = 0; d < query.length; d++) {
            double x = rows[row * query.length + d];
            sum += innerProduct ? -x * query[d] : (x - query[d]) * (x - query[d]);
        }
        return sum;
    }

    @ParameterizedTest
    @CsvSource({"2", "3", "64", "100", "207", "702", "768", "1536", "4096"})
    void rotation_anyDimension_keepsDistances(int dimension) {
        Rotation rotation = new Rotation(dimension, seed);
        float[] a = new float[dimension];
        float[] b = new float[dimension];
        double expected = 0;
        for (int d = 0; d < dimension; d++) {
            a[d] = (float) random.nextGaussian();
            b[d] = (float) random.nextGaussian();
            expected += (a[d] - b[d]) * (a[d] - b[d]);
        }
        float[] ra = new float[rotation.paddedDimension()];
        float[] rb = new float[rotation.paddedDimension()];
        rotation.apply(a, 0, ra, 0);
        rotation.apply(b, 0, rb, 0);
        double found = 0;
        for (int d = 0; d < ra.length; d++) {
            found += (ra[d] - rb[d]) * (ra[d] - rb[d]);
        }
        assertThat(found).as("seed %d", seed).isCloseTo(expected, Percentage.withPercentage(0.01));
    }
}
