package io.omendb.client;

import java.time.Duration;

/**
 * How a {@link BatchingWriter} collects. Numbers of bytes are of JSON.
 *
 * @param batchPoints points at which a request is sent; at most 10,000, the server's limit
 * @param batchBytes bytes at which a request is sent
 * @param linger after which a point is sent at the latest, if the requests before are answered
 * @param inFlight requests under way at a time
 * @param bufferBytes what may wait or be under way before writing blocks
 * @param searchable whether a write is done when every shard has applied it, not already when it is
 *     in the log
 * @param closeTimeout how long closing waits for what is not written yet
 */
public record WriterOptions(
        int batchPoints,
        int batchBytes,
        Duration linger,
        int inFlight,
        long bufferBytes,
        boolean searchable,
        Duration closeTimeout) {
    private static final int BATCH_POINTS_MAX = 10_000;
    private static final int BATCH_BYTES_MAX = 32 << 20;
    private static final int IN_FLIGHT_MAX = 256;

    public static final WriterOptions DEFAULT =
            new WriterOptions(
                    1_000,
                    1 << 20,
                    Duration.ofMillis(20),
                    4,
                    32L << 20,
                    false,
                    Duration.ofMinutes(2));

    /**
     * @throws IllegalArgumentException if something is out of its range
     */
    public WriterOptions {
        check("batchPoints", batchPoints, BATCH_POINTS_MAX);
        check("batchBytes", batchBytes, BATCH_BYTES_MAX);
        check("inFlight", inFlight, IN_FLIGHT_MAX);
        check("bufferBytes", bufferBytes, Long.MAX_VALUE);
        Durations.checkPositive("linger", linger);
        Durations.checkPositive("closeTimeout", closeTimeout);
    }

    private static void check(String name, long value, long max) {
        if (value < 1 || value > max) {
            throw new IllegalArgumentException(
                    name + ": found " + value + ", expected 1 to " + max);
        }
    }

    public WriterOptions withBatchPoints(int chosen) {
        return new WriterOptions(
                chosen, batchBytes, linger, inFlight, bufferBytes, searchable, closeTimeout);
    }

    public WriterOptions withBatchBytes(int chosen) {
        return new WriterOptions(
                batchPoints, chosen, linger, inFlight, bufferBytes, searchable, closeTimeout);
    }

    public WriterOptions withLinger(Duration chosen) {
        return new WriterOptions(
                batchPoints, batchBytes, chosen, inFlight, bufferBytes, searchable, closeTimeout);
    }

    public WriterOptions withInFlight(int chosen) {
        return new WriterOptions(
                batchPoints, batchBytes, linger, chosen, bufferBytes, searchable, closeTimeout);
    }

    public WriterOptions withBufferBytes(long chosen) {
        return new WriterOptions(
                batchPoints, batchBytes, linger, inFlight, chosen, searchable, closeTimeout);
    }

    /** Writes are done when every shard has applied them. */
    public WriterOptions withSearchable() {
        return new WriterOptions(
                batchPoints, batchBytes, linger, inFlight, bufferBytes, true, closeTimeout);
    }

    public WriterOptions withCloseTimeout(Duration chosen) {
        return new WriterOptions(
                batchPoints, batchBytes, linger, inFlight, bufferBytes, searchable, chosen);
    }
}
