package io.omendb.index.device;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/**
 * Chooses between the device and the processor. It starts from what was measured when the device
 * was opened, and goes by what searches really take as soon as there were some, since neither knows
 * the other's load. Searches of different sizes are different contests: what a thousand rows take
 * says little about ten, which the caches may hold.
 */
public final class DevicePlanner {
    private static final double NANOS_PER_MICRO = 1000;

    /** Sizes are parted at powers of two and half way between them. */
    private static final int SIZES = 2 * Long.SIZE;

    private static final double HALF_WAY = Math.sqrt(2);

    private final CostModel costs;
    private final LongSupplier clock;

    /** By size; a few dozens, since there are only so many sizes. */
    private final Map<Integer, DeviceContest> scans = new ConcurrentHashMap<>();

    private final Map<Integer, DeviceContest> reranks = new ConcurrentHashMap<>();

    public DevicePlanner(CostModel costs) {
        this(costs, System::nanoTime);
    }

    DevicePlanner(CostModel costs, LongSupplier clock) {
        this.costs = costs;
        this.clock = clock;
    }

    /** What was measured at the start. */
    public CostModel costs() {
        return costs;
    }

    /**
     * Where an exact search of so many rows should run, or one on the processor for the same end.
     *
     * @param rows rows on the device
     * @param hostNanos estimate of what the processor needs
     */
    public PlannedSearch scan(long rows, int dimension, double hostNanos) {
        int sizes = size(hostNanos) * SIZES + size((double) rows * dimension);
        return contest(
                        scans,
                        sizes,
                        hostNanos,
                        costs.deviceMicros(rows, dimension) * NANOS_PER_MICRO)
                .begin();
    }

    /** Where so many listed rows should be compared. */
    public PlannedSearch rerank(long rows, int dimension) {
        return contest(
                        reranks,
                        size((double) rows * dimension),
                        costs.hostRerankMicros(rows, dimension) * NANOS_PER_MICRO,
                        costs.deviceRerankMicros(rows, dimension) * NANOS_PER_MICRO)
                .begin();
    }

    /** Estimate of comparing so many rows that lie end to end on the processor, in nanoseconds. */
    public double hostNanos(long rows, int dimension) {
        return costs.hostMicros(rows, dimension) * NANOS_PER_MICRO;
    }

    private DeviceContest contest(
            Map<Integer, DeviceContest> of, int sizes, double hostNanos, double deviceNanos) {
        DeviceContest known = of.get(sizes);
        return known != null
                ? known
                : of.computeIfAbsent(
                        sizes, any -> new DeviceContest(hostNanos, deviceNanos, clock));
    }

    private static int size(double of) {
        long whole = Math.max(1, (long) of);
        int octave = Long.SIZE - 1 - Long.numberOfLeadingZeros(whole);
        return 2 * octave + (whole >= HALF_WAY * (1L << octave) ? 1 : 0);
    }
}
