package io.omendb.index.segment;

import io.omendb.index.file.KeptRows;
import io.omendb.index.file.MappedVectors;
import io.omendb.index.file.PartContent;
import io.omendb.index.file.ReadAhead;
import io.omendb.index.file.SegmentFolder;
import io.omendb.index.file.SegmentPart;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The rows that a merge keeps, read from where they were until the new segment has its own. */
public final class GatheredVectors implements Vectors {
    /** A file is given up when fewer of its rows are needed: it takes its whole space. */
    private static final double KEPT_SHARE_MIN = 0.5;

    private final Vectors[] inputs;

    /** Where an input is stored; null for one that is not. */
    private final @Nullable SegmentFolder[] folders;

    /** First new row of each input; one more at the end. */
    private final int[] firstRow;

    /** Per input, the old rows kept, in order. */
    private final int[][] oldRows;

    private GatheredVectors(
            Vectors[] inputs, @Nullable SegmentFolder[] folders, int[] firstRow, int[][] oldRows) {
        this.inputs = inputs;
        this.folders = folders;
        this.firstRow = firstRow;
        this.oldRows = oldRows;
    }

    /**
     * Gathers rows.
     *
     * @param inputs their files stay until the new segment is stored
     * @param newRows per input and old row, its new row, -1 where it is dropped; ascending over all
     */
    public static GatheredVectors of(List<Segment> inputs, int[][] newRows) {
        Vectors[] vectors = new Vectors[newRows.length];
        @Nullable SegmentFolder[] folders = new SegmentFolder[newRows.length];
        int[] firstRow = new int[newRows.length + 1];
        int[][] oldRows = new int[newRows.length][];
        for (int i = 0; i < newRows.length; i++) {
            // In this order: vectors are read from the folder from when it is there.
            folders[i] = inputs.get(i).folder();
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
        return new GatheredVectors(vectors, folders, firstRow, oldRows);
    }

    /**
     * How the new segment is to be stored: files of the inputs go on being used where they hold
     * enough rows, others are written together.
     *
     * @param partRowsMin rows for which a file is worth keeping
     */
    List<PartContent> contents(int partRowsMin) {
        List<PartContent> contents = new ArrayList<>();
        for (int i = 0; i < inputs.length; i++) {
            SegmentFolder folder = folders[i];
            if (folder == null || !folder.indexesTexts()) {
                addWritten(contents, firstRow[i], firstRow[i + 1]);
                continue;
            }
            int inputRow = 0;
            int next = 0;
            for (SegmentPart part : folder.parts()) {
                BitSet kept = new BitSet(part.rows().fileRows());
                int from = firstRow[i] + next;
                int end = inputRow + part.rows().count();
                for (; next < oldRows[i].length && oldRows[i][next] < end; next++) {
                    kept.set(part.rows().fileRow(oldRows[i][next] - inputRow));
                }
                int fileRows = part.rows().fileRows();
                int rows = firstRow[i] + next - from;
                if (rows >= Math.max(partRowsMin, KEPT_SHARE_MIN * fileRows) && rows > 0) {
                    contents.add(
                            new PartContent.Kept(
                                    folder,
                                    new SegmentPart(
                                            part.id(), KeptRows.of(kept, fileRows), part.lists())));
                } else {
                    addWritten(contents, from, from + rows);
                }
                inputRow = end;
            }
        }
        return contents;
    }

    private static void addWritten(List<PartContent> contents, int from, int to) {
        if (from == to) {
            return;
        }
        int last = contents.size() - 1;
        if (last >= 0 && contents.get(last) instanceof PartContent.Written before) {
            contents.set(last, new PartContent.Written(before.firstRow(), to - before.firstRow()));
        } else {
            contents.add(new PartContent.Written(from, to - from));
        }
    }

    /** Files of the inputs that are mapped, by the segment they were written for. */
    Map<String, MappedVectors> mapped() {
        Map<String, MappedVectors> mapped = new HashMap<>();
        for (Vectors input : inputs) {
            if (input instanceof StoredVectors stored) {
                stored.addTo(mapped);
            }
        }
        return mapped;
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
        int input = inputOf(row);
        inputs[input].read(oldRows[input][row - firstRow[input]], 1, into, offset);
    }

    private int inputOf(int row) {
        int input = Arrays.binarySearch(firstRow, row);
        if (input < 0) {
            input = -input - 2;
        }
        while (oldRows[input].length == 0 || row >= firstRow[input + 1]) {
            input++;
        }
        return input;
    }

    @Override
    public void ahead(int row, ReadAhead rowsAhead) {
        int input = inputOf(row);
        inputs[input].ahead(oldRows[input][row - firstRow[input]], rowsAhead);
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
