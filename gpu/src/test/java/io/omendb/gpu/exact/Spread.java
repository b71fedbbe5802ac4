package io.omendb.gpu.exact;

import java.util.Random;

/** Kinds of random vectors. */
enum Spread {
    GAUSSIAN {
        @Override
        void fill(Random random, float[] into) {
            for (int d = 0; d < into.length; d++) {
                into[d] = (float) random.nextGaussian();
            }
        }
    },
    /** Far from the origin, as descriptors are. */
    POSITIVE {
        @Override
        void fill(Random random, float[] into) {
            for (int d = 0; d < into.length; d++) {
                into[d] = random.nextFloat() * 200;
            }
        }
    },
    UNIT {
        @Override
        void fill(Random random, float[] into) {
            GAUSSIAN.fill(random, into);
            double squares = 0;
            for (float component : into) {
                squares += (double) component * component;
            }
            float scale = (float) (1 / Math.sqrt(Math.max(1e-30, squares)));
            for (int d = 0; d < into.length; d++) {
                into[d] *= scale;
            }
        }
    },
    /** Lengths differ by orders of magnitude, and some components stand out. */
    MIXED {
        @Override
        void fill(Random random, float[] into) {
            GAUSSIAN.fill(random, into);
            float scale = (float) Math.exp(2 * random.nextGaussian());
            for (int d = 0; d < into.length; d++) {
                into[d] *= scale * (d % 50 == 7 ? 20 : 1);
            }
        }
    };

    abstract void fill(Random random, float[] into);
}
