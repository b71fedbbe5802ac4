package io.omendb.index.device;

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
    private final Correction host = new Correction();
    private final Correction device = new Correction();
    private final AtomicLong choices = new AtomicLong();

    public DevicePlanner(CostModel costs) {
        this.costs = costs;
    }

    /** How far estimates are from what was seen, as a moving mean of their ratio. */
    private static final class Correction {
        private static final double WEIGHT = 0.05;
        private static final double RATIO_MAX = 8;

        private volatile double factor = 1;

        void observe(double estimated, double actual) {
            double ratio = Math.max(1 / RATIO_MAX, Math.min(RATIO_MAX, actual / estimated));
            double current = factor;
            factor = current + WEIGHT * (ratio - current);
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
        double here = hostNanos * host.factor;
        double there = deviceNanos(rows, dimension) * device.factor;
        boolean faster = there < here;
        boolean isClose = there < here * CLOSE && here < there * CLOSE;
        // Estimates that are far apart may be so because one was learnt in bad times.
        int tryEvery = isClose ? TRY_EVERY : TRY_EVERY_APART;
        return choices.incrementAndGet() % tryEvery == 0 ? !faster : faster;
    }

    /** Whether comparing so many listed rows there should end before the processor would. */
    public boolean isDeviceRerankFaster(long rows, int dimension) {
        return costs.deviceRerankMicros(rows, dimension) < costs.hostRerankMicros(rows, dimension);
    }

    /** Estimate of an exact search of so many rows on the device, in nanoseconds. */
    double deviceNanos(long rows, int dimension) {
        return costs.deviceMicros(rows, dimension) * NANOS_PER_MICRO;
    }

    /** Estimate of comparing so many rows that lie end to end on the processor, in nanoseconds. */
    public double hostNanos(long rows, int dimension) {
        return costs.hostMicros(rows, dimension) * NANOS_PER_MICRO;
    }

    /** Takes note of what a search on the processor took. */
    public void observeHost(double estimatedNanos, double actualNanos) {
        if (estimatedNanos > 0) {
            host.observe(estimatedNanos, actualNanos);
        }
    }

    /** Takes note of what a search on the device took. */
    public void observeDevice(long rows, int dimension, double actualNanos) {
        device.observe(deviceNanos(rows, dimension), actualNanos);
    }
}
