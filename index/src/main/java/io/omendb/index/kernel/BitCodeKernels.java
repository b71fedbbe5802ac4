package io.omendb.index.kernel;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The implementations of {@link BitCodeKernel}. The system property {@value #PROPERTY} ({@code
 * scalar}, {@code counting}, {@code lookup}) chooses one, to compare them; else the processor's
 * registers do. Codes and inner products are the same with all, bit by bit, and so are files, but
 * for the rounding of squares and slopes.
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
    LOOKUP(8) {
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

    /** Whether it can run with registers of so many floats, 0 without the Vector API. */
    boolean runsWith(int lanes) {
        return lanes >= lanesMin;
    }

    /**
     * Chooses by the system property, else by registers.
     *
     * @param simd whether the Vector API is there
     * @throws IllegalArgumentException if the property names no kernel, or one that cannot run here
     */
    static BitCodeKernel choose(boolean simd) {
        return choose(System.getProperty(PROPERTY), simd ? VectorLanes.LANES : 0).create();
    }

    static BitCodeKernels choose(@Nullable String name, int lanes) {
        if (name == null) {
            return byRegisters(lanes);
        }
        for (BitCodeKernels kernel : values()) {
            if (kernel.name().toLowerCase(Locale.ROOT).equals(name)) {
                if (!kernel.runsWith(lanes)) {
                    throw new IllegalArgumentException(
                            "%s: %s needs registers of %d bits, found %d (the Vector API's)"
                                    .formatted(
                                            PROPERTY,
                                            name,
                                            kernel.lanesMin * Float.SIZE,
                                            lanes * Float.SIZE));
                }
                return kernel;
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
        if (lanes < 8) {
            return SCALAR;
        }
        return lanes == 8 ? LOOKUP : COUNTING;
    }
}
