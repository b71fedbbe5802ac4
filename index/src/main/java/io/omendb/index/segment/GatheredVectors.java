package io.omendb.index.segment;

import java.util.Arrays;
import java.util.List;

/** The rows that a merge keeps, read from where they were until the new segment has its own. */
public final class GatheredVectors implements Vectors {
    private final Vectors[] inputs;

    /** First new row of each input; one more at the end. */
    private final int[] firstRow;

    /** Per input, the old rows kept, in order. */
    private final int[][] oldRows;

    private GatheredVectors(Vectors[] inputs, int[] firstRow, int[][] oldRows) {
        this.inputs = inputs;
        this.firstRow = firstRow;
        this.oldRows = oldRows;
    }

    /**
     * Gathers rows.
     *
     * @param newRows per input and old row, its new row, -1 where it is dropped; ascending over all
     */
    public static GatheredVectors of(List<Segment> inputs, int[][] newRows) {
        Vectors[] vectors = new Vectors[newRows.length];
        int[] firstRow = new int[newRows.length + 1];
        int[][] oldRows = new int[newRows.length][];
        for (int i = 0; i < newRows.length; i++) {
            vectors[i] = inputs.get(i).vectors();
            int[] kept = new int[newRows[i].length];
            int count = 0;
            for (int row = 0; row < newRows[i].length; row++) {
                if (newRows[i][row] >= 0) {
                    kept[count++] = row;
                }
            }
            oldRows[i] = Arrays.copyOf(kept, count);
            firstRow[i + 1] = firstRow[i] + count;
        }
        return new GatheredVectors(vectors, firstRow, oldRows);
    }

    @Override
    public int dimension() {
        return inputs[0].dimension();
    }

    @Override
    public void read(int first, int rows, float[] into, int offset) {
        for (int i = 0; i < rows; i++) {
            readOne(first + i, into, offset + i * dimension());
        }
    }

    private void readOne(int row, float[] into, int offset) {
        int input = Arrays.binarySearch(firstRow, row);
        if (input < 0) {
            input = -input - 2;
        }
        while (oldRows[input].length == 0 || row >= firstRow[input + 1]) {
            input++;
        }
        inputs[input].read(oldRows[input][row - firstRow[input]], 1, into, offset);
    }

    @Override
    public float touch(int row) {
        return 0;
    }

    @Override
    public VectorCursor cursor() {
        return new CopyingCursor(this);
    }

    @Override
    public long heapBytes() {
        long bytes = 0;
        for (int[] rows : oldRows) {
            bytes += (long) rows.length * Integer.BYTES;
        }
        return bytes;
    }
}
