package io.omendb.gateway.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

class ShareTest {
    private static final long SEED = 5;

    @Test
    void oneShardHasAll() {
        assertThat(Share.most(10, 1)).isEqualTo(10);
        assertThat(Share.typical(10, 1)).isEqualTo(10);
        assertThat(Share.typical(0, 3)).isZero();
        assertThat(Share.typical(1, 3)).isEqualTo(1);
    }

    /** Deals ranks out at random and takes the mean of what rank each has where it came to. */
    @Test
    void typical_hasTheMeanRankThatTheNearestHaveInTheirShards() {
        System.out.println("seed " + SEED);
        Random random = new Random(SEED);
        for (int shards : new int[] {2, 3, 8}) {
            for (int n : new int[] {10, 100}) {
                int rounds = 20_000;
                double ranks = 0;
                for (int round = 0; round < rounds; round++) {
                    int[] here = new int[shards];
                    for (int rank = 0; rank < n; rank++) {
                        ranks += ++here[random.nextInt(shards)];
                    }
                }
                double mean = ranks / rounds / n;
                // Of the first t the mean rank is (t + 1) / 2; a t between is rounded up.
                assertThat((Share.typical(n, shards) + 1) / 2.0)
                        .isGreaterThan(mean - 0.05)
                        .isCloseTo(mean, within(0.55));
            }
        }
    }
}
