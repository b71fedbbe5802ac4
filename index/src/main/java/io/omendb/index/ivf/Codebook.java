package io.omendb.index.ivf;

import com.dynatrace.hash4j.hashing.HashStream64;
import com.dynatrace.hash4j.hashing.Hashing;
import io.omendb.index.kernel.PanelKernel;
import java.util.Arrays;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * The centroids of all posting lists, in rotated space, under a coarser level of cells that makes
 * assignment cheap: a row is compared with all cells, then with the centroids of its nearest three.
 * Lists are numbered from 0. A codebook never changes; a successor gets a higher version. Safe to
 * use from any thread.
 */
public final class Codebook {
    private final long id;
    private final int version;
    private final int trainedRows;
    private final Rotation rotation;
    private final int lists;
    private final int dimension;
    private final float[] centroids;
    private final Panels cellPanels;
    private final int cells;
    private final float[] cellCentroids;
    private final int[] cellOfList;
    private final @Nullable Long previousId;
    private final @Nullable BitSet changed;

    /** First panel of each cell; one more at the end. */
    private final int[] firstPanel;

    /** The list in each lane of the panels, -1 for none. */
    private final int[] listInLane;

    private final Panels panels;

    /**
     * A codebook, read from where it was kept.
     *
     * @param id as {@link #id} said
     * @param trainedRows rows that the shard had when the codebook was trained
     * @param cellCentroids centroids of the cells, end to end, padded dimension
     * @param centroids centroids of the lists, end to end
     * @param cellOfList the cell that each list belongs to; -1 for a list that takes no more rows
     */
    public Codebook(
            long id,
            int version,
            int trainedRows,
            Rotation rotation,
            float[] cellCentroids,
            float[] centroids,
            int[] cellOfList) {
        this(id, version, trainedRows, rotation, cellCentroids, centroids, cellOfList, null, null);
    }

    /** A codebook just trained; parameters as above. */
    static Codebook trained(
            int version,
            int trainedRows,
            Rotation rotation,
            float[] cellCentroids,
            float[] centroids,
            int[] cellOfList) {
        return new Codebook(
                contentId(version, trainedRows, rotation, cellCentroids, centroids, cellOfList),
                version,
                trainedRows,
                rotation,
                cellCentroids,
                centroids,
                cellOfList);
    }

    /**
     * The codebook that follows this one, with the same cells.
     *
     * @param changed lists of this one whose rows are to be assigned anew; all others are the same
     *     there
     */
    Codebook next(float[] newCentroids, int[] newCellOfList, BitSet changedLists) {
        return new Codebook(
                contentId(
                        version + 1,
                        trainedRows,
                        rotation,
                        cellCentroids,
                        newCentroids,
                        newCellOfList),
                version + 1,
                trainedRows,
                rotation,
                cellCentroids,
                newCentroids,
                newCellOfList,
                this.id,
                changedLists);
    }

    private static long contentId(
            int version,
            int trainedRows,
            Rotation rotation,
            float[] cellCentroids,
            float[] centroids,
            int[] cellOfList) {
        HashStream64 hash = Hashing.xxh3_64().hashStream();
        if (rotation.origin() != null) {
            hash.putFloatArray(rotation.origin());
        }
        return hash.putInt(version)
                .putInt(trainedRows)
                .putInt(rotation.dimension())
                .putLong(rotation.seed())
                .putFloatArray(cellCentroids)
                .putFloatArray(centroids)
                .putIntArray(cellOfList)
                .getAsLong();
    }

    private Codebook(
            long id,
            int version,
            int trainedRows,
            Rotation rotation,
            float[] cellCentroids,
            float[] centroids,
            int[] cellOfList,
            @Nullable Long previousId,
            @Nullable BitSet changed) {
        this.previousId = previousId;
        this.changed = changed;
        this.id = id;
        this.version = version;
        this.trainedRows = trainedRows;
        this.rotation = rotation;
        this.dimension = rotation.paddedDimension();
        this.cellCentroids = cellCentroids;
        this.centroids = centroids;
        this.cellOfList = cellOfList;
        this.cells = cellCentroids.length / dimension;
        this.lists = cellOfList.length;
        this.cellPanels = Panels.ofAll(cellCentroids, dimension, cells);
        this.firstPanel = new int[cells + 1];
        this.listInLane = arrange();
        this.panels = Panels.of(centroids, dimension, listInLane);
    }

    private int[] arrange() {
        int[] sizes = new int[cells];
        for (int cell : cellOfList) {
            if (cell >= 0) {
                sizes[cell]++;
            }
        }
        for (int cell = 0; cell < cells; cell++) {
            int panelsOfCell = (sizes[cell] + PanelKernel.PANEL - 1) / PanelKernel.PANEL;
            firstPanel[cell + 1] = firstPanel[cell] + panelsOfCell;
        }
        int[] lanes = new int[firstPanel[cells] * PanelKernel.PANEL];
        Arrays.fill(lanes, -1);
        int[] next = new int[cells];
        for (int list = 0; list < lists; list++) {
            int cell = cellOfList[list];
            if (cell >= 0) {
                lanes[firstPanel[cell] * PanelKernel.PANEL + next[cell]++] = list;
            }
        }
        return lanes;
    }

    /**
     * A hash of the content: codebooks with the same id are the same, whichever shard they come
     * from. Shards that part at a rescale and are joined again have trained their own since.
     */
    public long id() {
        return id;
    }

    /** Rows that the shard had when the codebook was trained. */
    public int trainedRows() {
        return trainedRows;
    }

    /**
     * The lists whose rows an index of an older codebook has to assign anew to fit this one; null
     * if that is all of them.
     */
    public @Nullable BitSet changedSince(Codebook older) {
        return previousId != null && previousId == older.id ? changed : null;
    }

    public int version() {
        return version;
    }

    public Rotation rotation() {
        return rotation;
    }

    /** Posting lists. */
    public int lists() {
        return lists;
    }

    /** Components of a rotated vector. */
    public int dimension() {
        return dimension;
    }

    /** Centroids of all lists, end to end. Not to be changed. */
    public float[] centroids() {
        return centroids;
    }

    /** Centroids of all cells, end to end. Not to be changed. */
    public float[] cellCentroids() {
        return cellCentroids;
    }

    /** The cell of every list. Not to be changed. */
    public int[] cellsOfLists() {
        return cellOfList;
    }

    int cells() {
        return cells;
    }

    Panels cellPanels() {
        return cellPanels;
    }

    /** Centroids of all lists, cell by cell. */
    Panels listPanels() {
        return panels;
    }

    /** The first of a cell's panels. */
    int firstPanel(int cell) {
        return firstPanel[cell];
    }

    /** How many panels a cell has. */
    int panelsOf(int cell) {
        return firstPanel[cell + 1] - firstPanel[cell];
    }

    /** The list in a lane of all panels, -1 for none. */
    int listInLane(int lane) {
        return listInLane[lane];
    }

    /**
     * Scores of all cells for a rotated query: squared distances less the query's squared norm, or
     * negated inner products.
     */
    void cellScores(float[] rotated, boolean innerProduct, float[] into) {
        cellPanels.dots(rotated, 0, 0, cellPanels.lanes() / PanelKernel.PANEL, into);
        for (int cell = 0; cell < cells; cell++) {
            into[cell] = innerProduct ? -into[cell] : 2 * (cellPanels.halfNorm(cell) - into[cell]);
        }
    }

    /** Lanes of a cell's panels: lists and gaps. */
    int lanesOf(int cell) {
        return panelsOf(cell) * PanelKernel.PANEL;
    }

    /** The list in a lane of a cell's panels, -1 for none. */
    int listAt(int cell, int lane) {
        return listInLane[firstPanel[cell] * PanelKernel.PANEL + lane];
    }

    /** Like {@link #cellScores} for the lists in the lanes of a cell. */
    void listScores(int cell, float[] rotated, boolean innerProduct, float[] into) {
        int first = firstPanel[cell];
        int count = panelsOf(cell);
        panels.dots(rotated, 0, first, count, into);
        for (int i = 0; i < count * PanelKernel.PANEL; i++) {
            float halfNorm = panels.halfNorm(first * PanelKernel.PANEL + i);
            into[i] = innerProduct ? -into[i] : 2 * (halfNorm - into[i]);
        }
    }

    /** Room for the scores of all cells, or of any cell's lanes. */
    int scoresSize() {
        int size = cellPanels.lanes();
        for (int cell = 0; cell < cells; cell++) {
            size = Math.max(size, lanesOf(cell));
        }
        return size;
    }

    /** Heap bytes. */
    public long bytes() {
        return panels.bytes()
                + cellPanels.bytes()
                + (long) (centroids.length + cellCentroids.length) * Float.BYTES
                + (long) (listInLane.length + cellOfList.length) * Integer.BYTES;
    }
}
