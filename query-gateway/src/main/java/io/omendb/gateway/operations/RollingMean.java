package io.omendb.gateway.operations;

/** The mean of the latest values. Safe for use by any thread. */
final class RollingMean {
    private final double[] latest;
    private long added;

    RollingMean(int values) {
        this.latest = new double[values];
    }

    synchronized void add(double value) {
        latest[(int) (added++ % latest.length)] = value;
    }

    /** NaN before the first value. */
    synchronized double mean() {
        int count = (int) Math.min(added, latest.length);
        double sum = 0;
        for (int i = 0; i < count; i++) {
            sum += latest[i];
        }
        return count == 0 ? Double.NaN : sum / count;
    }
}
