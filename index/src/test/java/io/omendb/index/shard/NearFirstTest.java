package io.omendb.index.shard;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class NearFirstTest {
    private record Candidate(float bound, int row) {}

    @Test
    void addAndRemove_atRandom_handsOutTheLowestBoundWithItsRow() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        NearFirst waiting = new NearFirst();
        List<Candidate> expected = new ArrayList<>();
        for (int step = 0; step < 20_000; step++) {
            // More go in than come out for a while, then the other way round.
            if (expected.isEmpty() || random.nextInt(3) < (step / 2_000 % 2 == 0 ? 2 : 1)) {
                // Few different bounds, so that some are equal; rows tell them apart.
                float bound =
                        random.nextInt(100) == 0
                                ? Float.NEGATIVE_INFINITY
                                : random.nextInt(500) - 250;
                expected.add(new Candidate(bound, step));
                waiting.add(bound, null, step);
            } else {
                float lowest =
                        expected.stream()
                                .min(Comparator.comparingDouble(Candidate::bound))
                                .orElseThrow()
                                .bound();
                Candidate found = new Candidate(waiting.bound(), waiting.row());
                assertThat(found.bound()).as("seed %d, step %d", seed, step).isEqualTo(lowest);
                assertThat(expected.remove(found)).as("seed %d, step %d", seed, step).isTrue();
                waiting.remove();
            }
            assertThat(waiting.size())
                    .as("seed %d, step %d", seed, step)
                    .isEqualTo(expected.size());
        }
        waiting.clear();
        assertThat(waiting.size()).isZero();
        assertThat(waiting.bound()).isEqualTo(Float.POSITIVE_INFINITY);
    }
}
