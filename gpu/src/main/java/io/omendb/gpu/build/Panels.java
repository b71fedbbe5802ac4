package io.omendb.gpu.build;

import io.omendb.gpu.cuda.DeviceBuffer;
import io.omendb.gpu.cuda.Stream;

/**
 * Centroids on the device, in the layout of {@code index.cu}. Its owner closes it.
 *
 * @param values 32 lanes a panel, component by component
 * @param halfNorms of each lane half the squared norm, infinite where it holds none
 * @param firstPanels the first panel of each group; one more at the end
 */
record Panels(
        int dimension,
        int lanes,
        DeviceBuffer values,
        DeviceBuffer halfNorms,
        DeviceBuffer firstPanels)
        implements AutoCloseable {

    /** Takes memory; nothing is in the lanes yet. */
    static Panels allocate(Lanes lanes, int dimension, Upload upload, Stream stream) {
        DeviceBuffer values = new DeviceBuffer(stream);
        DeviceBuffer halfNorms = new DeviceBuffer(stream);
        DeviceBuffer firstPanels = new DeviceBuffer(stream);
        Panels panels = new Panels(dimension, lanes.count(), values, halfNorms, firstPanels);
        try {
            values.reserveExactly((long) lanes.count() * dimension * Float.BYTES);
            halfNorms.reserveExactly((long) lanes.count() * Float.BYTES);
            upload.put(lanes.firstPanels(), firstPanels);
            return panels;
        } catch (RuntimeException e) {
            panels.close();
            throw e;
        }
    }

    @Override
    public void close() {
        values.close();
        halfNorms.close();
        firstPanels.close();
    }
}
