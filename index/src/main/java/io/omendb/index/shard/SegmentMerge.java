package io.omendb.index.shard;

import io.omendb.index.background.Pace;
import io.omendb.index.ivf.Codebook;
import io.omendb.index.ivf.ListsBuilder;
import io.omendb.index.ivf.PostingLists;
import io.omendb.index.segment.GatheredVectors;
import io.omendb.index.segment.Segment;
import io.omendb.index.sparse.SegmentPostings;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One merge: the live rows of neighbouring frozen segments in one new segment. Posting lists are
 * concatenated, code by code; nothing is assigned or encoded again.
 */
final class SegmentMerge {
    private static final int STEP_MASK = 63;

    private final List<Segment> inputs;
    private final long sequence;
    private final int[][] newRows;
    private final Segment merged;

    private SegmentMerge(List<Segment> inputs, long sequence, int[][] newRows, Segment merged) {
        this.inputs = inputs;
        this.sequence = sequence;
        this.newRows = newRows;
        this.merged = merged;
    }

    /**
     * Merges.
     *
     * @param inputs frozen, of one collection
     * @param sequence rows that died up to this write are dropped
     * @param codebook codebook of the lists of all inputs; null where they have none
     */
    static SegmentMerge run(
            List<Segment> inputs, int slot, long sequence, @Nullable Codebook codebook) {
        int[][] newRows = new int[inputs.size()][];
        int rows = 0;
        for (int i = 0; i < newRows.length; i++) {
            Segment input = inputs.get(i);
            BitSet dead = input.tombstones().deadAsOf(input.rowCount(), sequence);
            newRows[i] = new int[input.rowCount()];
            for (int row = 0; row < newRows[i].length; row++) {
                newRows[i][row] = dead.get(row) ? -1 : rows++;
            }
        }
        Segment merged =
                Segment.gathered(slot, inputs.get(0).schema(), GatheredVectors.of(inputs, newRows));
        for (int i = 0; i < newRows.length; i++) {
            for (int row = 0; row < newRows[i].length; row++) {
                if (newRows[i][row] >= 0) {
                    merged.appendRow(inputs.get(i).rows().image(row));
                }
                if ((row & STEP_MASK) == 0) {
                    Pace.step();
                }
            }
        }
        merged.freeze();
        merged.indexFields();
        merged.index(SegmentPostings.concatenate(postings(inputs, newRows), rows));
        if (codebook != null) {
            merged.index(ListsBuilder.concatenate(codebook, rows, sources(inputs, newRows)));
        }
        return new SegmentMerge(inputs, sequence, newRows, merged);
    }

    private static List<SegmentPostings.Source> postings(List<Segment> inputs, int[][] newRows) {
        List<SegmentPostings.Source> sources = new ArrayList<>();
        for (int i = 0; i < newRows.length; i++) {
            int[] map = newRows[i];
            sources.add(
                    new SegmentPostings.Source(inputs.get(i).packedPostings(), row -> map[row]));
        }
        return sources;
    }

    private static List<ListsBuilder.Source> sources(List<Segment> inputs, int[][] newRows) {
        List<ListsBuilder.Source> sources = new ArrayList<>();
        for (int i = 0; i < newRows.length; i++) {
            PostingLists lists = inputs.get(i).lists();
            int[] map = newRows[i];
            if (lists != null) {
                sources.add(new ListsBuilder.Source(lists, row -> map[row]));
            }
        }
        return sources;
    }

    Segment merged() {
        return merged;
    }

    List<Segment> inputs() {
        return inputs;
    }

    int[] newRows(int input) {
        return newRows[input];
    }

    /**
     * Repeats in the new segment the deaths that happened in the old ones since the merge began.
     */
    void repeatDeaths() {
        for (int i = 0; i < newRows.length; i++) {
            Segment input = inputs.get(i);
            BitSet dead = input.tombstones().deadAsOf(input.rowCount(), Long.MAX_VALUE);
            for (int row = dead.nextSetBit(0); row >= 0; row = dead.nextSetBit(row + 1)) {
                long death = input.tombstones().deathOf(row);
                if (death > sequence) {
                    merged.tombstones().kill(newRows[i][row], death);
                }
            }
        }
    }

    @Override
    public String toString() {
        return "merge of "
                + inputs.size()
                + " segments, rows "
                + Arrays.toString(inputs.stream().mapToInt(Segment::rowCount).toArray());
    }
}
