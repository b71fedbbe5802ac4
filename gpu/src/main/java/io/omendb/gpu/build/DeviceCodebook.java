package io.omendb.gpu.build;

import io.omendb.gpu.cuda.DeviceBuffer;
import io.omendb.gpu.cuda.Stream;
import io.omendb.index.ivf.Codebook;
import io.omendb.index.ivf.Rotation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A codebook on the device. Its owner closes it. */
final class DeviceCodebook implements AutoCloseable {
    private final List<Runnable> closers = new ArrayList<>();
    private final Rotation hostRotation;
    private final DeviceRotation rotation;
    private final DeviceBuffer centroids;
    private final DeviceBuffer listInLane;
    private final Panels cells;
    private final Panels lists;

    /** Copies a codebook; all of it is there once this returns. */
    DeviceCodebook(Codebook codebook, IndexKernels kernels, Upload upload, Stream stream) {
        try {
            int dimension = codebook.dimension();
            hostRotation = codebook.rotation();
            rotation = DeviceRotation.of(codebook.rotation(), upload, buffer(stream));
            centroids = buffer(stream);
            float unused = upload.put(codebook.centroids(), codebook.centroids().length, centroids);
            int cellCount = codebook.cellCentroids().length / dimension;
            Lanes byCell = Lanes.of(codebook.cellsOfLists(), cellCount);
            listInLane = buffer(stream);
            upload.put(byCell.members(), listInLane);
            lists = panels(byCell, dimension, upload, stream);
            kernels.place(centroids, listInLane, lists, stream);

            Lanes all = Lanes.one(cellCount);
            cells = panels(all, dimension, upload, stream);
            try (DeviceBuffer cellCentroids = new DeviceBuffer(stream);
                    DeviceBuffer cellInLane = new DeviceBuffer(stream)) {
                unused =
                        upload.put(
                                codebook.cellCentroids(),
                                codebook.cellCentroids().length,
                                cellCentroids);
                upload.put(withLists(all.members(), byCell), cellInLane);
                kernels.place(cellCentroids, cellInLane, cells, stream);
                stream.await();
            }
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    /** A cell without lists is nobody's nearest. */
    private static int[] withLists(int[] cells, Lanes byCell) {
        int[] kept = cells.clone();
        int[] firstPanels = byCell.firstPanels();
        Arrays.setAll(
                kept,
                lane -> {
                    int cell = cells[lane];
                    return cell >= 0 && firstPanels[cell + 1] > firstPanels[cell] ? cell : -1;
                });
        return kept;
    }

    private DeviceBuffer buffer(Stream stream) {
        DeviceBuffer buffer = new DeviceBuffer(stream);
        closers.add(buffer::close);
        return buffer;
    }

    private Panels panels(Lanes lanes, int dimension, Upload upload, Stream stream) {
        Panels panels = Panels.allocate(lanes, dimension, upload, stream);
        closers.add(panels::close);
        return panels;
    }

    /** Takes off a vector what the rotation on the device does not. */
    void centre(float[] vector) {
        hostRotation.centre(vector, 0);
    }

    DeviceRotation rotation() {
        return rotation;
    }

    /** Centroids of lists, end to end. */
    DeviceBuffer centroids() {
        return centroids;
    }

    /** The list in each lane of {@link #lists}. */
    DeviceBuffer listInLane() {
        return listInLane;
    }

    /** All cells in one group, each in the lane of its number. */
    Panels cells() {
        return cells;
    }

    /** Lists, a group a cell. */
    Panels lists() {
        return lists;
    }

    @Override
    public void close() {
        closers.forEach(Runnable::run);
    }
}
