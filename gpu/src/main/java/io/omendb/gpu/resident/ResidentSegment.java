package io.omendb.gpu.resident;

import io.omendb.index.segment.Tombstones;

/**
 * A segment's vectors in device memory, and as many of its tombstones as were sent. Rows are added
 * by the upload thread; the volatile number of rows publishes them. Tombstones are sent, and the
 * memory is given back, by the search thread.
 */
public final class ResidentSegment implements AutoCloseable {
    private final Layout layout;
    private final Tombstones tombstones;
    private final SegmentMemory memory;
    private volatile Bounds bounds = Bounds.NONE;
    private volatile int rows;
    private int deathsSent;
    private volatile long usedAtNanos;

    ResidentSegment(Layout layout, Tombstones tombstones, SegmentMemory memory) {
        this.layout = layout;
        this.tombstones = tombstones;
        this.memory = memory;
    }

    public Layout layout() {
        return layout;
    }

    /** Rows that can be searched, dead ones included. */
    public int rows() {
        return rows;
    }

    /** Rows there is room for. */
    int capacity() {
        return memory.capacity();
    }

    /** Makes rows visible that were copied and coded. */
    void publish(int all, Bounds largest) {
        bounds = largest;
        rows = all;
    }

    Bounds bounds() {
        return bounds;
    }

    /** Device memory in use. */
    public long bytes() {
        return memory.bytes();
    }

    SegmentMemory memory() {
        return memory;
    }

    Tombstones tombstones() {
        return tombstones;
    }

    /** Where the device keeps sequence numbers of deaths. */
    public long deathsAddress() {
        return memory.deaths().address();
    }

    /** Where the device keeps a bit for each dead row. */
    public long deadAddress() {
        return memory.dead().address();
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
     * @return how many were put into the array
     */
    public int nextDeaths(int[] into) {
        return tombstones.died(deathsSent, into);
    }

    /** Notes that the device knows of the next deaths now. */
    public void deathsSent(int count) {
        deathsSent += count;
    }

    /** The sequence number at which a row died. */
    public long deathOf(int row) {
        return tombstones.deathOf(row);
    }

    @Override
    public void close() {
        memory.close();
    }
}
