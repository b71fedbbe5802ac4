package io.omendb.gpu.resident;

import io.omendb.gpu.cuda.DeviceBuffer;
import io.omendb.gpu.cuda.Stream;
import java.util.List;

/**
 * The device memory of one segment.
 *
 * @param capacity rows there is room for
 * @param rowsMax rows that the segment may ever have: tombstones have room for all of them
 * @param bounds what {@link Bounds} tells, as the device keeps it
 */
record SegmentMemory(
        int capacity,
        int rowsMax,
        DeviceBuffer vectors,
        DeviceBuffer codes,
        DeviceBuffer scales,
        DeviceBuffer dead,
        DeviceBuffer deaths,
        DeviceBuffer bounds) {

    /** Allocates all of it or nothing. */
    static SegmentMemory allocate(Stream stream, Layout layout, int capacity, int rowsMax) {
        SegmentMemory memory =
                new SegmentMemory(
                        capacity,
                        rowsMax,
                        new DeviceBuffer(stream),
                        new DeviceBuffer(stream),
                        new DeviceBuffer(stream),
                        new DeviceBuffer(stream),
                        new DeviceBuffer(stream),
                        new DeviceBuffer(stream));
        try {
            memory.vectors.reserveExactly(layout.vectorBytes(capacity));
            memory.codes.reserveExactly(layout.codeBytes(capacity));
            memory.scales.reserveExactly(layout.scaleBytes(capacity));
            memory.dead.reserveExactly(layout.deadBytes(rowsMax));
            memory.deaths.reserveExactly(layout.deathBytes(rowsMax));
            memory.bounds.reserveExactly(Bounds.BYTES);
            return memory;
        } catch (RuntimeException e) {
            memory.close();
            throw e;
        }
    }

    private List<DeviceBuffer> all() {
        return List.of(vectors, codes, scales, dead, deaths, bounds);
    }

    long bytes() {
        return all().stream().mapToLong(DeviceBuffer::bytes).sum();
    }

    void close() {
        all().forEach(DeviceBuffer::close);
    }
}
