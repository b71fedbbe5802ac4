package io.omendb.gpu.build;

import io.omendb.gpu.cuda.DeviceBuffer;
import io.omendb.index.ivf.Rotation;

/**
 * A rotation whose factors are on the device, round after round. Its owner closes it.
 *
 * @param dimension components of a vector before
 * @param paddedDimension components after
 * @param window components that a round transforms
 */
record DeviceRotation(
        int dimension, int paddedDimension, int window, int rounds, DeviceBuffer factors)
        implements AutoCloseable {

    /**
     * Copies the factors.
     *
     * @param factors receives them
     */
    static DeviceRotation of(Rotation rotation, Upload upload, DeviceBuffer factors) {
        int padded = rotation.paddedDimension();
        float[] all = new float[rotation.rounds() * padded];
        for (int round = 0; round < rotation.rounds(); round++) {
            int start = round % 2 == 0 ? 0 : padded - rotation.window();
            if (rotation.windowStart(round) != start) {
                // The kernel works it out as well.
                throw new IllegalStateException("round " + round + " starts elsewhere");
            }
            System.arraycopy(rotation.factors(round), 0, all, round * padded, padded);
        }
        float unused = upload.put(all, all.length, factors);
        return new DeviceRotation(
                rotation.dimension(), padded, rotation.window(), rotation.rounds(), factors);
    }

    @Override
    public void close() {
        factors.close();
    }
}
