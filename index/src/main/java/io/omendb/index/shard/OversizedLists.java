package io.omendb.index.shard;

import io.omendb.index.ivf.Codebook;
import io.omendb.index.ivf.CodebookSplit;
import io.omendb.index.ivf.ListsBuilder;
import io.omendb.index.ivf.PackedLists;
import io.omendb.index.ivf.PostingLists;
import io.omendb.index.segment.Segment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/** The lists of a codebook that hold far more rows than the mean over all frozen segments. */
final class OversizedLists implements CodebookSplit.Members {
    private static final int TIMES_MEAN = 4;
    private static final int ROWS_MIN = 128;

    /** At most one list in so many is split at a time. */
    private static final int SHARE = 4;

    private final List<Segment> segments;
    private final Codebook codebook;
    private final List<Integer> lists;
    private final double skew;

    private OversizedLists(
            List<Segment> segments, Codebook codebook, List<Integer> lists, double skew) {
        this.segments = segments;
        this.codebook = codebook;
        this.lists = lists;
        this.skew = skew;
    }

    static OversizedLists of(List<Segment> segments, Codebook codebook) {
        long[] sizes = new long[codebook.lists()];
        long rows = 0;
        List<Segment> indexed = new ArrayList<>();
        for (Segment segment : segments) {
            PostingLists found = segment.lists();
            if (found instanceof PackedLists && found.codebook() == codebook) {
                indexed.add(segment);
                for (int list = 0; list < sizes.length; list++) {
                    sizes[list] += found.size(list);
                    rows += found.size(list);
                }
            }
        }
        long limit = Math.max(ROWS_MIN, TIMES_MEAN * rows / Math.max(1, sizes.length));
        List<Integer> oversized = new ArrayList<>();
        for (int list = 0; list < sizes.length; list++) {
            if (sizes[list] > limit) {
                oversized.add(list);
            }
        }
        oversized.sort(Comparator.comparingLong(list -> -sizes[list]));
        int most = Math.max(1, sizes.length / SHARE);
        return new OversizedLists(
                indexed,
                codebook,
                List.copyOf(oversized.subList(0, Math.min(most, oversized.size()))),
                skew(sizes, rows, codebook));
    }

    private static double skew(long[] sizes, long rows, Codebook codebook) {
        int[] cells = codebook.cellsOfLists();
        int[] listsOfCell = new int[codebook.cellCentroids().length / codebook.dimension()];
        for (int cell : cells) {
            if (cell >= 0) {
                listsOfCell[cell]++;
            }
        }
        double comparisons = 0;
        for (int list = 0; list < sizes.length; list++) {
            comparisons += cells[list] < 0 ? 0 : (double) sizes[list] * listsOfCell[cells[list]];
        }
        double even = (double) sizes.length / listsOfCell.length;
        return rows == 0 ? 1 : Math.max(1, comparisons / rows / even);
    }

    /**
     * With how many lists of its own cell a row is compared, for one with which it would be if all
     * cells had as many lists: 1 or more.
     */
    double skew() {
        return skew;
    }

    /** Longest first. */
    List<Integer> lists() {
        return lists;
    }

    @Override
    public float[] rotated(int list, int max) {
        int dimension = codebook.dimension();
        float[] vectors = new float[max * dimension];
        int count = 0;
        int share = Math.max(2, max / Math.max(1, segments.size()));
        for (Segment segment : segments) {
            PostingLists found = segment.lists();
            if (found != null && count < max) {
                count +=
                        ListsBuilder.members(
                                found,
                                list,
                                (row, into) -> segment.vectors().read(row, 1, into, 0),
                                vectors,
                                count,
                                Math.min(share, max - count));
            }
        }
        return Arrays.copyOf(vectors, count * dimension);
    }
}
