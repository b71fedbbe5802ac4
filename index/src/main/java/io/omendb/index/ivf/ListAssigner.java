package io.omendb.index.ivf;

import io.omendb.index.kernel.PanelKernel;
import java.util.Arrays;

/**
 * Finds the lists of many rows at once. Rows are compared with all cells, then, cell by cell, with
 * the lists of the nearest three: centroids are read once for all rows that ask for a cell, where
 * one row after the other would wait for them to come from memory each time. Used by one thread.
 */
final class ListAssigner {
    /** Cells whose lists a row is compared with. */
    private static final int CELLS_TRIED = 3;

    private static final int GROUP = PanelKernel.GROUP;

    private final Codebook codebook;
    private final int dimension;
    private final int capacity;
    private final int stride;
    private final float[] scores;

    /** Cells of each row, {@link #CELLS_TRIED} each, -1 for none. */
    private final int[] cellsOfRows;

    /** Rows by cell: those of cell c lie from {@code firstOfCell[c]} on. */
    private final int[] rowsByCell;

    private final int[] firstOfCell;
    private final long[] best;

    /**
     * An assigner.
     *
     * @param capacity rows at once at most
     */
    ListAssigner(Codebook codebook, int capacity) {
        this.codebook = codebook;
        this.dimension = codebook.dimension();
        this.capacity = capacity;
        this.stride = codebook.scoresSize();
        this.scores = new float[GROUP * stride];
        this.cellsOfRows = new int[capacity * CELLS_TRIED];
        this.rowsByCell = new int[capacity * CELLS_TRIED];
        this.firstOfCell = new int[codebook.cells() + 2];
        this.best = new long[capacity];
    }

    /**
     * Assigns rows.
     *
     * @param rotated their vectors end to end, from the start
     * @param rows at most the capacity
     * @param into receives the list of each
     */
    void assign(float[] rotated, int rows, int[] into) {
        if (rows > capacity) {
            throw new IllegalArgumentException("rows: found " + rows + ", at most " + capacity);
        }
        chooseCells(rotated, rows);
        sortByCell(rows);
        Arrays.fill(best, 0, rows, Long.MIN_VALUE);
        for (int cell = 0; cell < codebook.cells(); cell++) {
            compare(cell, rotated);
        }
        for (int row = 0; row < rows; row++) {
            int lane = PanelKernel.lane(best[row]);
            int list = codebook.listInLane(lane);
            // No list where squares are beyond the range of float; the first of a panel is one.
            into[row] = list >= 0 ? list : codebook.listInLane(lane - lane % PanelKernel.PANEL);
        }
    }

    private void chooseCells(float[] rotated, int rows) {
        Panels cells = codebook.cellPanels();
        int panels = cells.lanes() / PanelKernel.PANEL;
        for (int row = 0; row < rows; row += GROUP) {
            cells.scores(
                    rotated,
                    offset(row, rows),
                    offset(row + 1, rows),
                    offset(row + 2, rows),
                    offset(row + 3, rows),
                    0,
                    panels,
                    scores,
                    stride);
            for (int i = 0; i < GROUP && row + i < rows; i++) {
                nearestThree(i * stride, (row + i) * CELLS_TRIED);
            }
        }
    }

    /** Beyond the last row the last row once more, whose scores nobody looks at. */
    private int offset(int row, int rows) {
        return Math.min(row, rows - 1) * dimension;
    }

    private void nearestThree(int from, int to) {
        int first = -1;
        int second = -1;
        int third = -1;
        float s1 = Float.NEGATIVE_INFINITY;
        float s2 = s1;
        float s3 = s1;
        for (int cell = 0; cell < codebook.cells(); cell++) {
            float score = scores[from + cell];
            if (score > s3 && codebook.panelsOf(cell) > 0) {
                if (score > s2) {
                    third = second;
                    s3 = s2;
                    if (score > s1) {
                        second = first;
                        s2 = s1;
                        first = cell;
                        s1 = score;
                    } else {
                        second = cell;
                        s2 = score;
                    }
                } else {
                    third = cell;
                    s3 = score;
                }
            }
        }
        cellsOfRows[to] = first;
        cellsOfRows[to + 1] = second;
        cellsOfRows[to + 2] = third;
    }

    private void sortByCell(int rows) {
        Arrays.fill(firstOfCell, 0);
        for (int i = 0; i < rows * CELLS_TRIED; i++) {
            if (cellsOfRows[i] >= 0) {
                firstOfCell[cellsOfRows[i] + 2]++;
            }
        }
        for (int cell = 0; cell < codebook.cells(); cell++) {
            firstOfCell[cell + 2] += firstOfCell[cell + 1];
        }
        for (int i = 0; i < rows * CELLS_TRIED; i++) {
            if (cellsOfRows[i] >= 0) {
                rowsByCell[firstOfCell[cellsOfRows[i] + 1]++] = i / CELLS_TRIED;
            }
        }
    }

    private void compare(int cell, float[] rotated) {
        int end = firstOfCell[cell + 1];
        int panels = codebook.panelsOf(cell);
        int first = codebook.firstPanel(cell);
        Panels lists = codebook.listPanels();
        for (int i = firstOfCell[cell]; i < end; i += GROUP) {
            lists.scores(
                    rotated,
                    rowsByCell[i] * dimension,
                    rowsByCell[Math.min(i + 1, end - 1)] * dimension,
                    rowsByCell[Math.min(i + 2, end - 1)] * dimension,
                    rowsByCell[Math.min(i + 3, end - 1)] * dimension,
                    first,
                    panels,
                    scores,
                    stride);
            for (int j = 0; j < GROUP && i + j < end; j++) {
                int row = rowsByCell[i + j];
                long found = lists.highest(scores, j * stride, panels);
                best[row] = Math.max(best[row], found + (long) first * PanelKernel.PANEL);
            }
        }
    }
}
