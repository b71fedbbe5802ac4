package io.omendb.index.ivf;

import io.omendb.index.background.Pace;
import java.util.BitSet;
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
     * @param lists of the same codebook as the result, or one whose lists not left out are the same
     * @param except lists to leave out
     * @param newRow maps a row of these lists to its row in the result, or to -1 where it is
     *     dropped
     */
    public record Source(PostingLists lists, BitSet except, IntUnaryOperator newRow) {

        /** All lists. */
        public Source(PostingLists lists, IntUnaryOperator newRow) {
            this(lists, new BitSet(), newRow);
        }

        private int end() {
            return lists.codebook().lists();
        }
    }

    /** Makes lists contiguous that no longer grow and were flushed. */
    public static PackedLists pack(GrowingLists lists) {
        return concatenate(
                lists.codebook(), lists.indexedRows(), List.of(new Source(lists, row -> row)));
    }

    /** Concatenates lists of one codebook. */
    public static PackedLists concatenate(Codebook codebook, int rows, Iterable<Source> sources) {
        int[] sizes = new int[codebook.lists()];
        for (Source source : sources) {
            new Concatenation(source, codebook).count(sizes);
        }
        PackedLists packed = new PackedLists(codebook, rows, sizes);
        int[] next = new int[sizes.length];
        for (Source source : sources) {
            new Concatenation(source, codebook).copy(packed, next, sizes);
        }
        return packed;
    }

    /**
     * The entries of one source. Small methods: as one loop over all it was compiled again for
     * every way to map rows that turned up.
     */
    private static final class Concatenation {
        private final Source source;
        private final int words;
        private final ListView view = new ListView();

        Concatenation(Source source, Codebook codebook) {
            this.source = source;
            this.words = codebook.dimension() / Integer.SIZE;
        }

        void count(int[] sizes) {
            for (int list = 0; list < source.end(); list++) {
                if (!source.except.get(list)) {
                    Pace.step();
                    source.lists.view(list, view);
                    sizes[list] += rowsKept();
                }
            }
        }

        private int rowsKept() {
            int kept = 0;
            for (int i = 0; i < view.size; i++) {
                if (source.newRow.applyAsInt(view.row(i, words)) >= 0) {
                    kept++;
                }
            }
            return kept;
        }

        void copy(PackedLists packed, int[] next, int[] sizes) {
            for (int list = 0; list < source.end(); list++) {
                if (!source.except.get(list)) {
                    Pace.step();
                    source.lists.view(list, view);
                    next[list] = copyList(packed, list, next[list], sizes[list]);
                }
            }
        }

        /** Returns where the next source's entries go. */
        private int copyList(PackedLists packed, int list, int from, int end) {
            int to = from;
            for (int i = 0; i < view.size; i++) {
                int row = source.newRow.applyAsInt(view.row(i, words));
                if (row >= 0 && to < end) {
                    packed.copy(list, to++, view, i, row);
                }
            }
            return to;
        }
    }

    /**
     * Lists for a codebook that changed a little: rows of changed lists are assigned and encoded
     * anew, all others are copied.
     *
     * @param changed see {@link Codebook#changedSince}
     */
    public static PackedLists respread(
            PackedLists lists, Codebook codebook, BitSet changed, VectorSource vectors) {
        GrowingLists moved = new GrowingLists(codebook);
        float[] vector = new float[codebook.rotation().dimension()];
        int words = codebook.dimension() / Integer.SIZE;
        ListView view = new ListView();
        for (int list = changed.nextSetBit(0); list >= 0; list = changed.nextSetBit(list + 1)) {
            lists.view(list, view);
            for (int i = 0; i < view.size; i++) {
                int row = view.row(i, words);
                vectors.read(row, vector);
                moved.add(row, vector, 0);
                Pace.step();
            }
        }
        moved.flush();
        return concatenate(
                codebook,
                lists.indexedRows(),
                List.of(new Source(lists, changed, row -> row), new Source(moved, row -> row)));
    }

    /**
     * Rows of a list, rotated.
     *
     * @param max at most so many
     * @return how many were written
     */
    public static int members(
            PostingLists lists, int list, VectorSource vectors, float[] into, int from, int max) {
        Codebook codebook = lists.codebook();
        float[] vector = new float[codebook.rotation().dimension()];
        ListView view = new ListView();
        lists.view(list, view);
        int count = Math.min(max, view.size);
        for (int i = 0; i < count; i++) {
            int entry = (int) ((long) i * view.size / count);
            vectors.read(view.row(entry, codebook.dimension() / Integer.SIZE), vector);
            codebook.rotation().apply(vector, 0, into, (from + i) * codebook.dimension());
        }
        return count;
    }

    /**
     * Assigns and encodes rows 0 to {@code rows}, exclusive.
     *
     * @throws IndexBuilderException if the builder failed
     */
    public static PackedLists encode(
            IndexBuilder builder, Codebook codebook, int rows, VectorSource vectors) {
        GrowingLists lists = new GrowingLists(codebook);
        builder.encode(codebook, rows, vectors, lists);
        return pack(lists);
    }
}
