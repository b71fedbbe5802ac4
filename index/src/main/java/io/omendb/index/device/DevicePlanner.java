package io.omendb.index.device;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Chooses between the device and the processor. It starts from what was measured when the device
 * was opened and corrects that by what searches really take, since neither knows the other's load.
 * Now and then, where both are close, it tries the one it would not choose.
 *
 * <p>Used by all threads that search; a lost update of a correction does no harm.
 */
public final class DevicePlanner {
    private static final double NANOS_PER_MICRO = 1000;
    private static final int TRY_EVERY = 64;
    private static final int TRY_EVERY_APART = 4096;
    private static final double CLOSE = 2;

    private final CostModel costs;
    private final Corrections host = new Corrections();
    private final Corrections device = new Corrections();
    private final Corrections hostRerank = new Corrections();
    private final Corrections deviceRerank = new Corrections();
    private final AtomicLong choices = new AtomicLong();

    public DevicePlanner(CostModel costs) {
        this.costs = costs;
    }

    /**
     * How far estimates are from what was seen, by size: what a thousand rows take says little
     * about ten, which the caches may hold.
     */
    private static final class Corrections {
        private final Correction[] bySize = new Correction[Long.SIZE];

        Corrections() {
            Arrays.setAll(bySize, any -> new Correction());
        }

        double of(double size) {
            return at(size).factor;
        }

        void observe(double size, double estimated, double actual) {
            if (estimated > 0) {
                at(size).observe(actual / estimated);
            }
        }

        /** One for sizes from a power of two to the next. */
        private Correction at(double size) {
            return bySize[Long.SIZE - 1 - Long.numberOfLeadingZeros(Math.max(1, (long) size))];
        }
    }

    /**
     * A mean of ratios, in the end of about the last thousand. But for the first ones, of code that
     * is not compiled yet, nothing is left out of it: where more threads search than there are
     * cores, most searches here take their usual time and some wait for a core a hundred times as
     * long, and it is the mean that tells how soon all are done.
     */
    private static final class Correction {
        private static final int MEMORY = 1024;
        private static final int COLD = 32;

        private volatile double factor = 1;
        private volatile int seen = -COLD;

        void observe(double ratio) {
            int before = seen;
            if (before >= 0) {
                // What was estimated counts as one.
                factor += (ratio - factor) / (before + 2);
            }
            seen = Math.min(MEMORY, before + 1);
        }
    }

    /** What was measured at the start. */
    public CostModel costs() {
        return costs;
    }

    /**
     * Whether an exact search of so many rows on the device should end before the processor would.
     *
     * @param hostNanos estimate of what the processor needs
     */
    public boolean isDeviceFaster(long rows, int dimension, double hostNanos) {
        return choose(
                hostNanos * host.of(hostNanos),
                deviceNanos(rows, dimension) * device.of((double) rows * dimension));
    }

    private boolean choose(double here, double there) {
        boolean faster = there < here;
        boolean isClose = there < here * CLOSE && here < there * CLOSE;
        // Estimates that are far apart may be so because one was learnt in bad times.
        int tryEvery = isClose ? TRY_EVERY : TRY_EVERY_APART;
        return choices.incrementAndGet() % tryEvery == 0 ? !faster : faster;
    }

    /** Whether comparing so many listed rows there should end before the processor would. */
    public boolean isDeviceRerankFaster(long rows, int dimension) {
        double size = (double) rows * dimension;
        return choose(
                costs.hostRerankMicros(rows, dimension) * hostRerank.of(size),
                costs.deviceRerankMicros(rows, dimension) * deviceRerank.of(size));
    }

    /** Estimate of an exact search of so many rows on the device, in nanoseconds. */
    double deviceNanos(long rows, int dimension) {
        return costs.deviceMicros(rows, dimension) * NANOS_PER_MICRO;
    }

    /** Estimate of comparing so many rows that lie end to end on the processor, in nanoseconds. */
    public double hostNanos(long rows, int dimension) {
        return costs.hostMicros(rows, dimension) * NANOS_PER_MICRO;
    }

    /**
     * Takes note of what a search on the processor took.
     *
     * @param estimatedNanos what {@link #isDeviceFaster} was told
     * @param actualNanos what that part of the search took
     */
    public void observeHost(double estimatedNanos, double actualNanos) {
        host.observe(estimatedNanos, estimatedNanos, actualNanos);
    }

    /** Takes note of what comparing so many listed rows on the processor took. */
    public void observeHostRerank(long rows, int dimension, double actualNanos) {
        hostRerank.observe(
                (double) rows * dimension,
                costs.hostRerankMicros(rows, dimension) * NANOS_PER_MICRO,
                actualNanos);
    }

    /** Takes note of what comparing so many listed rows on the device took. */
    public void observeDeviceRerank(long rows, int dimension, double actualNanos) {
        deviceRerank.observe(
                (double) rows * dimension,
                costs.deviceRerankMicros(rows, dimension) * NANOS_PER_MICRO,
                actualNanos);
    }

    /** Takes note of what a search on the device took. */
    public void observeDevice(long rows, int dimension, double actualNanos) {
        device.observe((double) rows * dimension, deviceNanos(rows, dimension), actualNanos);
    }
}
