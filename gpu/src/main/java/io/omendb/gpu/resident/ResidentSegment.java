package io.omendb.gpu.resident;

import io.omendb.gpu.cuda.DeviceBuffer;
import io.omendb.index.segment.Tombstones;

/**
 * A frozen segment's vectors in device memory, and as many of its tombstones as were sent. Written
 * by the upload thread before it is published, by the search thread from then on, which also closes
 * it.
 */
public final class ResidentSegment implements AutoCloseable {
    private final Layout layout;
    private final int rows;
    private final Tombstones tombstones;
    private final Bounds bounds;
    private final DeviceBuffer vectors;
    private final DeviceBuffer codes;
    private final DeviceBuffer scales;
    private final DeviceBuffer dead;
    private final DeviceBuffer deaths;
    private int deathsSent;
    private volatile long usedAtNanos;

    ResidentSegment(
            Layout layout, int rows, Tombstones tombstones, Bounds bounds, SegmentMemory memory) {
        this.layout = layout;
        this.rows = rows;
        this.tombstones = tombstones;
        this.bounds = bounds;
        this.vectors = memory.vectors();
        this.codes = memory.codes();
        this.scales = memory.scales();
        this.dead = memory.dead();
        this.deaths = memory.deaths();
    }

    public Layout layout() {
        return layout;
    }

    /** Rows, dead ones included. */
    public int rows() {
        return rows;
    }

    /** Tiles of 32 rows. */
    public int tiles() {
        return Layout.tiles(rows);
    }

    Bounds bounds() {
        return bounds;
    }

    /** Device memory in use. */
    public long bytes() {
        return vectors.bytes() + codes.bytes() + scales.bytes() + dead.bytes() + deaths.bytes();
    }

    DeviceBuffer vectors() {
        return vectors;
    }

    DeviceBuffer codes() {
        return codes;
    }

    DeviceBuffer scales() {
        return scales;
    }

    DeviceBuffer dead() {
        return dead;
    }

    DeviceBuffer deaths() {
        return deaths;
    }

    /** Where the device keeps sequence numbers of deaths. */
    public long deathsAddress() {
        return deaths.address();
    }

    /** Where the device keeps a bit for each dead row. */
    public long deadAddress() {
        return dead.address();
    }

    /** When it was last searched, on the clock of {@link System#nanoTime}. */
    long usedAtNanos() {
        return usedAtNanos;
    }

    /** Notes that it is searched. */
    void use(long nowNanos) {
        usedAtNanos = nowNanos;
    }

    /**
     * The next rows whose death the device does not know of.
     *
     * @return how many were put into the array; they count as sent
     */
    public int takeDeaths(int[] into) {
        int found = tombstones.died(deathsSent, into);
        deathsSent += found;
        return found;
    }

    /** The sequence number at which a row died. */
    public long deathOf(int row) {
        return tombstones.deathOf(row);
    }

    @Override
    public void close() {
        vectors.close();
        codes.close();
        scales.close();
        dead.close();
        deaths.close();
    }
}
