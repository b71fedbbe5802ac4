package io.omendb.bench.stack;

import java.util.Random;
import java.util.SplittableRandom;

/**
 * The points of a run. Every write has a number, from which its id and its vector follow, so that a
 * point found tells which write it comes from and whether it is as written.
 */
final class FaultPoints {
    static final int DIMENSION = 16;

    private final long seed;
    private final int ids;

    FaultPoints(long seed, int ids) {
        this.seed = seed;
        this.ids = ids;
    }

    String id(long write) {
        return "p" + Long.remainderUnsigned(new SplittableRandom(seed + write).nextLong(), ids);
    }

    float[] vector(long write) {
        Random random = new Random(seed ^ write);
        float[] vector = new float[DIMENSION];
        for (int d = 0; d < DIMENSION; d++) {
            vector[d] = random.nextFloat();
        }
        return vector;
    }
}
