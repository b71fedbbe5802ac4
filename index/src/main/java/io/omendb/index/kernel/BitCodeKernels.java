package io.omendb.index.kernel;

import java.util.Locale;

/**
 * The implementations of {@link BitCodeKernel}. The system property {@value #PROPERTY} ({@code
 * scalar}, {@code counting}, {@code lookup}) chooses one, to compare them; else the processor's
 * registers do. All give the same answers, and write the same files.
 */
enum BitCodeKernels {
    /** Plain Java. */
    SCALAR(0) {
        @Override
        BitCodeKernel create() {
            return new ScalarBitCodeKernel();
        }
    },

    /** Counts bits in vector registers. */
    COUNTING(8) {
        @Override
        BitCodeKernel create() {
            return new CountingBitCodeKernel();
        }
    },

    /** Looks up sums of four levels in vector registers. */
    LOOKUP(4) {
        @Override
        BitCodeKernel create() {
            return new LookupBitCodeKernel();
        }
    };

    static final String PROPERTY = "omen.kernel.codes";

    /** Lanes of floats that registers must have; 0 where no Vector API is needed. */
    private final int lanesMin;

    BitCodeKernels(int lanesMin) {
        this.lanesMin = lanesMin;
    }

    abstract BitCodeKernel create();

    /**
     * Chooses.
     *
     * @param simd whether the Vector API is there
     * @throws IllegalArgumentException if the property names no kernel, or one that cannot run here
     */
    static BitCodeKernel choose(boolean simd) {
        int lanes = simd ? VectorLanes.LANES : 0;
        String name = System.getProperty(PROPERTY);
        if (name == null) {
            return byRegisters(lanes).create();
        }
        for (BitCodeKernels kernel : values()) {
            if (kernel.name().toLowerCase(Locale.ROOT).equals(name)) {
                if (lanes < kernel.lanesMin) {
                    throw new IllegalArgumentException(
                            PROPERTY + ": " + name + " needs wider registers than this JVM has");
                }
                return kernel.create();
            }
        }
        throw new IllegalArgumentException(
                PROPERTY + ": found " + name + ", expected scalar, counting or lookup");
    }

    /**
     * With 256 bits looking up is faster (docs/index.md). With 512 and with 128 it was not measured
     * against what is chosen here.
     */
    private static BitCodeKernels byRegisters(int lanes) {
        if (lanes < COUNTING.lanesMin) {
            return SCALAR;
        }
        return lanes == COUNTING.lanesMin ? LOOKUP : COUNTING;
    }
}
