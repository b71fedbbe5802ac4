package io.omendb.gpu.build;

import io.omendb.gpu.build.IndexKernels.Rows;
import io.omendb.gpu.cuda.DeviceBuffer;
import io.omendb.gpu.cuda.Stream;
import io.omendb.index.ivf.ClusterGroups;
import io.omendb.index.ivf.Clustering;
import java.util.Arrays;

/**
 * K-means over vectors that are on the device, all groups at a time. Sums are of whole numbers, so
 * the same rows and starts give the same centroids, bit for bit.
 */
final class CudaClustering implements Clustering {
    /** What the largest component becomes; see {@code sumRows}. */
    private static final double SUM_UNITS = 1L << 30;

    private final CudaIndexBuilder builder;
    private final IndexKernels kernels;
    private final Upload upload;
    private final Stream stream;
    private final int dimension;
    private final DeviceBuffer vectors;
    private final float scale;

    /** Copies the vectors. */
    CudaClustering(
            CudaIndexBuilder builder,
            IndexKernels kernels,
            Upload upload,
            Stream stream,
            float[] vectors,
            int dimension,
            int rows) {
        this.builder = builder;
        this.kernels = kernels;
        this.upload = upload;
        this.stream = stream;
        this.dimension = dimension;
        this.vectors = new DeviceBuffer(stream);
        try {
            float largest = upload.put(vectors, rows * dimension, this.vectors);
            this.scale = largest > 0 ? (float) (SUM_UNITS / largest) : 1;
        } catch (RuntimeException e) {
            this.vectors.close();
            throw e;
        }
    }

    @Override
    public float[] train(ClusterGroups groups, int[] starts, int iterations, long seed) {
        return builder.guarded(() -> trainNow(groups, starts, iterations, seed));
    }

    @Override
    public int[] assign(int[] rows, float[] centroids) {
        return builder.guarded(() -> assignNow(rows, centroids));
    }

    private float[] trainNow(ClusterGroups groups, int[] starts, int iterations, long seed) {
        Lanes lanes = Lanes.of(groupOfCluster(groups), groups.count());
        int rows = groups.rows().length;
        try (Panels panels = Panels.allocate(lanes, dimension, upload, stream);
                DeviceBuffer order = new DeviceBuffer(stream);
                DeviceBuffer groupOf = new DeviceBuffer(stream);
                DeviceBuffer ranges = new DeviceBuffer(stream);
                DeviceBuffer laneOf = DeviceBuffer.of(stream, (long) rows * Integer.BYTES);
                DeviceBuffer sums =
                        DeviceBuffer.of(stream, (long) lanes.count() * dimension * Long.BYTES);
                DeviceBuffer counts =
                        DeviceBuffer.of(stream, (long) lanes.count() * Integer.BYTES)) {
            upload.put(groups.rows(), order);
            upload.put(groupOfPosition(groups), groupOf);
            upload.put(ranges(groups, lanes), ranges);
            start(lanes, starts, panels);
            Rows all = new Rows(vectors, dimension, order, rows);
            for (int i = 0; i < iterations; i++) {
                kernels.nearest(all, groupOf, 1, panels, laneOf, stream);
                sums.fill(0, (byte) 0, (long) lanes.count() * dimension * Long.BYTES);
                counts.fill(0, (byte) 0, (long) lanes.count() * Integer.BYTES);
                kernels.sum(all, laneOf, scale, sums, counts, stream);
                int mixed = Long.hashCode(seed + i * 0x9E3779B97F4A7C15L);
                kernels.move(all, ranges, sums, counts, 1.0 / scale, mixed, panels, stream);
            }
            return collect(lanes, groups.clusters(), panels);
        }
    }

    private void start(Lanes lanes, int[] starts, Panels panels) {
        int[] rowOfLane = new int[lanes.count()];
        Arrays.setAll(
                rowOfLane, lane -> lanes.members()[lane] < 0 ? -1 : starts[lanes.members()[lane]]);
        try (DeviceBuffer rows = new DeviceBuffer(stream)) {
            upload.put(rowOfLane, rows);
            kernels.place(vectors, rows, panels, stream);
        }
    }

    private float[] collect(Lanes lanes, int clusters, Panels panels) {
        float[] centroids = new float[clusters * dimension];
        try (DeviceBuffer which = new DeviceBuffer(stream);
                DeviceBuffer rows =
                        DeviceBuffer.of(stream, (long) clusters * dimension * Float.BYTES)) {
            upload.put(lanes.ofMember(), which);
            kernels.collect(panels, which, clusters, rows, stream);
            upload.get(rows, centroids);
        }
        return centroids;
    }

    private static int[] groupOfCluster(ClusterGroups groups) {
        int[] groupOf = new int[groups.clusters()];
        for (int group = 0; group < groups.count(); group++) {
            Arrays.fill(
                    groupOf,
                    groups.firstClusters()[group],
                    groups.firstClusters()[group + 1],
                    group);
        }
        return groupOf;
    }

    private static int[] groupOfPosition(ClusterGroups groups) {
        int[] groupOf = new int[groups.rows().length];
        for (int group = 0; group < groups.count(); group++) {
            Arrays.fill(groupOf, groups.firstRows()[group], groups.firstRows()[group + 1], group);
        }
        return groupOf;
    }

    /** For each lane where the rows of its group start and how many they are; none if unused. */
    private static int[] ranges(ClusterGroups groups, Lanes lanes) {
        int[] groupOf = groupOfCluster(groups);
        int[] ranges = new int[2 * lanes.count()];
        for (int lane = 0; lane < lanes.count(); lane++) {
            int cluster = lanes.members()[lane];
            if (cluster >= 0) {
                int first = groups.firstRows()[groupOf[cluster]];
                ranges[2 * lane] = first;
                ranges[2 * lane + 1] = groups.firstRows()[groupOf[cluster] + 1] - first;
            }
        }
        return ranges;
    }

    private int[] assignNow(int[] rows, float[] centroids) {
        Lanes lanes = Lanes.one(centroids.length / dimension);
        int[] nearest = new int[rows.length];
        try (Panels panels = Panels.allocate(lanes, dimension, upload, stream);
                DeviceBuffer from = new DeviceBuffer(stream);
                DeviceBuffer members = new DeviceBuffer(stream);
                DeviceBuffer order = new DeviceBuffer(stream);
                DeviceBuffer into = DeviceBuffer.of(stream, (long) rows.length * Integer.BYTES)) {
            float unused = upload.put(centroids, centroids.length, from);
            upload.put(lanes.members(), members);
            upload.put(rows, order);
            kernels.place(from, members, panels, stream);
            kernels.nearest(new Rows(vectors, dimension, order, rows.length), panels, into, stream);
            upload.get(into, nearest);
        }
        return nearest;
    }

    @Override
    public void close() {
        builder.end(vectors);
    }
}
