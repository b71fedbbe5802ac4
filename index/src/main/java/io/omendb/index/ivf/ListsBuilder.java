package io.omendb.index.ivf;

import java.util.List;
import java.util.function.IntUnaryOperator;

/** Makes the packed lists of a frozen segment, by copying entries or from vectors. */
public final class ListsBuilder {

    private ListsBuilder() {}

    /** Hands out vectors by ordinal. */
    @FunctionalInterface
    public interface VectorSource {
        void read(int row, float[] into);
    }

    /**
     * Lists to take entries from.
     *
     * @param lists of the same codebook as the result
     * @param newRow maps a row of these lists to its row in the result, or to -1 where it is
     *     dropped
     */
    public record Source(PostingLists lists, IntUnaryOperator newRow) {}

    /** Makes lists that no longer grow contiguous. */
    public static PackedLists pack(GrowingLists lists) {
        return concatenate(
                lists.codebook(), lists.indexedRows(), List.of(new Source(lists, row -> row)));
    }

    /** Concatenates lists of one codebook. */
    public static PackedLists concatenate(Codebook codebook, int rows, Iterable<Source> sources) {
        int words = codebook.dimension() / Integer.SIZE;
        int[] sizes = new int[codebook.lists()];
        ListView view = new ListView();
        for (Source source : sources) {
            for (int list = 0; list < sizes.length; list++) {
                source.lists.view(list, view);
                for (int i = 0; i < view.size; i++) {
                    if (source.newRow.applyAsInt(view.row(i, words)) >= 0) {
                        sizes[list]++;
                    }
                }
            }
        }
        PackedLists packed = new PackedLists(codebook, rows, sizes);
        int[] next = new int[sizes.length];
        for (Source source : sources) {
            for (int list = 0; list < sizes.length; list++) {
                source.lists.view(list, view);
                for (int i = 0; i < view.size; i++) {
                    int row = source.newRow.applyAsInt(view.row(i, words));
                    if (row >= 0 && next[list] < sizes[list]) {
                        packed.copy(list, next[list]++, view, i, row);
                    }
                }
            }
        }
        return packed;
    }

    /** Assigns and encodes rows 0 to {@code rows}, exclusive. */
    public static PackedLists encode(Codebook codebook, int rows, VectorSource vectors) {
        GrowingLists lists = new GrowingLists(codebook);
        float[] vector = new float[codebook.rotation().dimension()];
        for (int row = 0; row < rows; row++) {
            vectors.read(row, vector);
            lists.add(row, vector, 0);
        }
        lists.publish(rows);
        return pack(lists);
    }
}
