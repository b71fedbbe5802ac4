package io.omendb.index.sparse;

import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** The inverted index of one field of a segment. */
public sealed interface FieldPostings permits GrowingPostings, PackedPostings {

    /**
     * The rows that have a term.
     *
     * @param limit rows from this one on are left out
     * @return null where there are none
     */
    @Nullable PostingCursor cursor(String term, int limit);

    /** Rows that have any term. */
    int documents();

    /** Terms of all rows, repetitions included. */
    long terms();

    /**
     * The length of a row's text as Lucene's similarity stores it, in one byte that grows with the
     * length: 0 for none. Lengths up to 39 are exact. Always 1 for sparse vectors.
     */
    byte norm(int row);

    /** Every term with its rows, in no particular order. */
    void forEach(int limit, BiConsumer<String, PostingCursor> sink);

    /** Every term that a row has, with its value there, in no particular order. */
    void forEachOf(int row, BiConsumer<String, Float> sink);

    /** Heap bytes. */
    long bytes();
}
