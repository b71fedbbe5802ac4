package io.omendb.gpu.build;

import io.omendb.gpu.cuda.CudaContext;
import io.omendb.gpu.cuda.DeviceBuffer;
import io.omendb.gpu.cuda.Kernel;
import io.omendb.gpu.cuda.Stream;
import org.jspecify.annotations.Nullable;

/** The kernels of {@code index.cu}, with the sizes they are started with. Used by one thread. */
final class IndexKernels {
    /** Lanes of a warp, and of a panel of centroids. */
    static final int WARP = 32;

    private static final int THREADS = 256;
    private static final int WARPS = THREADS / WARP;

    /** Beyond these a block takes more than one piece of work. */
    private static final int BLOCKS_MAX = 1 << 14;

    private final Kernel rotate;
    private final Kernel nearestCentroid;
    private final Kernel nearestThree;
    private final Kernel placeCentroids;
    private final Kernel sumRows;
    private final Kernel moveCentroids;
    private final Kernel collectCentroids;
    private final Kernel encodeResiduals;

    IndexKernels(CudaContext context) {
        rotate = context.kernel("rotate");
        nearestCentroid = context.kernel("nearestCentroid");
        nearestThree = context.kernel("nearestThree");
        placeCentroids = context.kernel("placeCentroids");
        sumRows = context.kernel("sumRows");
        moveCentroids = context.kernel("moveCentroids");
        collectCentroids = context.kernel("collectCentroids");
        encodeResiduals = context.kernel("encodeResiduals");
    }

    private static int blocks(int warps) {
        return Math.max(1, Math.min(BLOCKS_MAX, (warps + WARPS - 1) / WARPS));
    }

    /** Rotates and pads rows. */
    void rotate(
            DeviceBuffer vectors,
            DeviceRotation rotation,
            int rows,
            DeviceBuffer into,
            Stream stream) {
        int padded = rotation.paddedDimension();
        rotate.arguments()
                .add(vectors)
                .add(rotation.dimension())
                .add(padded)
                .add(rotation.window())
                .add(rotation.rounds())
                .add(rotation.factors())
                .add(rows)
                .add(into)
                .shared(padded * Float.BYTES)
                .launch(
                        Math.min(BLOCKS_MAX, rows),
                        Math.min(THREADS, Math.max(WARP, rotation.window() / 2)),
                        stream);
    }

    /** Rows to compare: {@code order} names them, null for the first ones in order. */
    record Rows(DeviceBuffer vectors, int dimension, @Nullable DeviceBuffer order, int count) {
        private long orderAddress() {
            return order == null ? 0 : order.address();
        }
    }

    /** The nearest lane of each row among those of its groups. */
    void nearest(
            Rows rows,
            DeviceBuffer groups,
            int groupsEach,
            Panels panels,
            DeviceBuffer into,
            Stream stream) {
        launchNearest(nearestCentroid, rows, groups.address(), groupsEach, panels, into, stream);
    }

    /** The nearest lane of each row among all of the first group. */
    void nearest(Rows rows, Panels panels, DeviceBuffer into, Stream stream) {
        launchNearest(nearestCentroid, rows, 0, 1, panels, into, stream);
    }

    /**
     * The nearest three lanes of each row among all of the first group; -1 where there are fewer.
     */
    void nearestThree(Rows rows, Panels panels, DeviceBuffer into, Stream stream) {
        launchNearest(nearestThree, rows, 0, 1, panels, into, stream);
    }

    private static void launchNearest(
            Kernel kernel,
            Rows rows,
            long groups,
            int groupsEach,
            Panels panels,
            DeviceBuffer into,
            Stream stream) {
        kernel.arguments()
                .add(rows.vectors())
                .add(rows.dimension())
                .add(rows.orderAddress())
                .add(rows.count())
                .add(groups)
                .add(groupsEach)
                .add(panels.firstPanels())
                .add(panels.values())
                .add(panels.halfNorms())
                .add(into)
                .launch(blocks(rows.count()), THREADS, stream);
    }

    /** Copies vectors into lanes; -1 where a lane stays without. */
    void place(DeviceBuffer vectors, DeviceBuffer rowOfLane, Panels panels, Stream stream) {
        placeCentroids
                .arguments()
                .add(vectors)
                .add(panels.dimension())
                .add(rowOfLane)
                .add(panels.lanes())
                .add(panels.values())
                .add(panels.halfNorms())
                .launch(blocks(panels.lanes()), THREADS, stream);
    }

    /** Adds each row, times {@code scale} and rounded, to the sum of its lane. */
    void sum(
            Rows rows,
            DeviceBuffer laneOf,
            float scale,
            DeviceBuffer sums,
            DeviceBuffer counts,
            Stream stream) {
        sumRows.arguments()
                .add(rows.vectors())
                .add(rows.dimension())
                .add(rows.orderAddress())
                .add(rows.count())
                .add(laneOf)
                .add(scale)
                .add(sums)
                .add(counts)
                .launch(blocks(rows.count()), THREADS, stream);
    }

    /** Moves centroids to the means that sums tell, in units of {@code unit}. */
    void move(
            Rows rows,
            DeviceBuffer rangeOfLane,
            DeviceBuffer sums,
            DeviceBuffer counts,
            double unit,
            int seed,
            Panels panels,
            Stream stream) {
        moveCentroids
                .arguments()
                .add(rows.vectors())
                .add(rows.dimension())
                .add(rows.orderAddress())
                .add(rangeOfLane)
                .add(panels.lanes())
                .add(sums)
                .add(counts)
                .add(unit)
                .add(seed)
                .add(panels.values())
                .add(panels.halfNorms())
                .launch(blocks(panels.lanes()), THREADS, stream);
    }

    /** Copies lanes into rows. */
    void collect(Panels panels, DeviceBuffer lanes, int count, DeviceBuffer into, Stream stream) {
        collectCentroids
                .arguments()
                .add(panels.values())
                .add(panels.dimension())
                .add(lanes)
                .add(count)
                .add(into)
                .launch(blocks(count), THREADS, stream);
    }

    /** Encodes rotated rows; {@code laneOf} becomes their lists. */
    void encode(
            Rows rows,
            DeviceBuffer listInLane,
            DeviceBuffer centroids,
            DeviceBuffer laneOf,
            DeviceBuffer entries,
            Stream stream) {
        encodeResiduals
                .arguments()
                .add(rows.vectors())
                .add(rows.dimension())
                .add(rows.count())
                .add(listInLane)
                .add(centroids)
                .add(laneOf)
                .add(entries)
                .launch(blocks(rows.count()), THREADS, stream);
    }
}
