package io.omendb.index.device;

/** A search under way on a device. */
public interface DeviceSearch {

    /**
     * Waits for the answer.
     *
     * @throws DeviceException if the device could not answer: a segment is no longer there, memory
     *     ran out, the device is lost
     */
    Ranking await() throws DeviceException;
}
