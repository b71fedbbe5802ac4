package io.omendb.index.ivf;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ProbeModelBuilderTest {
    private static final int LISTS = 64;
    private static final int ROWS = 640;
    private static final long SEED = 11;

    /** Filters ask for what is far down; most queries of a sample look for what is near. */
    @Test
    void queriesWithFewNeighbours_sayNothingAboutMany() {
        int alone = manyAnd(0).nprobe(0.95, 1000);

        // A list holds 2 % of them; of the 5 % that may be missed, lists may miss the most part.
        assertThat(alone).isBetween(48, 50);
        assertThat(manyAnd(100).nprobe(0.95, 1000)).isEqualTo(alone);
        assertThat(manyAnd(100).nprobe(0.95, 10)).isLessThan(alone);
    }

    /**
     * A query whose neighbours lie evenly in 50 lists, and some with all of theirs in the first.
     */
    private static ProbeModel manyAnd(int near) {
        ProbeModelBuilder builder = new ProbeModelBuilder(codebook(), false);
        int[] places = new int[1000];
        Arrays.setAll(places, n -> n / 20);
        builder.add(places);
        for (int i = 0; i < near; i++) {
            builder.add(new int[100]);
        }
        return builder.build(1_000_000, 1 + near);
    }

    private static Codebook codebook() {
        Rotation rotation = new Rotation(8, SEED);
        int padded = rotation.paddedDimension();
        Random random = new Random(SEED);
        float[] rotated = new float[ROWS * padded];
        for (int i = 0; i < rotated.length; i++) {
            rotated[i] = (float) random.nextGaussian();
        }
        return CodebookTrainer.train(
                ProcessorIndexBuilder.INSTANCE, 1, ROWS, rotation, rotated, ROWS, LISTS, SEED);
    }
}
