package io.omendb.gpu.resident;

import io.omendb.gpu.cuda.DeviceBuffer;
import io.omendb.gpu.cuda.Stream;

/** The device memory of one segment. */
record SegmentMemory(
        DeviceBuffer vectors,
        DeviceBuffer codes,
        DeviceBuffer scales,
        DeviceBuffer dead,
        DeviceBuffer deaths) {

    /** Allocates all of it or nothing. */
    static SegmentMemory allocate(Stream stream, Layout layout, int rows) {
        SegmentMemory memory =
                new SegmentMemory(
                        new DeviceBuffer(stream),
                        new DeviceBuffer(stream),
                        new DeviceBuffer(stream),
                        new DeviceBuffer(stream),
                        new DeviceBuffer(stream));
        try {
            memory.vectors.reserve(layout.vectorBytes(rows));
            memory.codes.reserve(layout.codeBytes(rows));
            memory.scales.reserve(layout.scaleBytes(rows));
            memory.dead.reserve(layout.deadBytes(rows));
            memory.deaths.reserve(layout.deathBytes(rows));
            return memory;
        } catch (RuntimeException e) {
            memory.close();
            throw e;
        }
    }

    void close() {
        vectors.close();
        codes.close();
        scales.close();
        dead.close();
        deaths.close();
    }
}
