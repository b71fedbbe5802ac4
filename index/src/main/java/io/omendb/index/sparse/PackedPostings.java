package io.omendb.index.sparse;

import io.omendb.record.ByteStrings;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The inverted index of a field of a frozen segment. Terms lie in the order of their UTF-8 bytes;
 * each has blocks of up to {@value PackedBlocks#ROWS} postings, packed to as few bits as the block
 * needs, with bounds that let a search pass over blocks that cannot matter (block-max pruning, Ding
 * and Suel, SIGIR 2011). Immutable.
 */
public final class PackedPostings implements FieldPostings {
    private final ByteStrings sortedTerms;

    /** By term where its blocks start; one more at the end. */
    private final int[] firstBlocks;

    /** By term. */
    private final int[] counts;

    private final PackedBlocks blocks;
    private final byte[] norms;
    private final int documents;
    private final long terms;

    PackedPostings(
            ByteStrings sortedTerms,
            int[] firstBlocks,
            int[] counts,
            PackedBlocks blocks,
            byte[] norms,
            long terms) {
        this.sortedTerms = sortedTerms;
        this.firstBlocks = firstBlocks;
        this.counts = counts;
        this.blocks = blocks;
        this.norms = norms;
        this.terms = terms;
        int found = 0;
        for (byte norm : norms) {
            found += norm == 0 ? 0 : 1;
        }
        this.documents = found;
    }

    /** How many different terms there are. */
    public int size() {
        return sortedTerms.size();
    }

    /** The UTF-8 bytes of a term, by its rank. */
    public byte[] term(int rank) {
        byte[] term = sortedTerms.get(rank);
        if (term == null) {
            throw new IllegalStateException("term " + rank + " is null");
        }
        return term;
    }

    /** The postings of a term, by its rank. */
    public PostingCursor cursor(int rank) {
        return cursor(rank, norms.length);
    }

    private PackedCursor cursor(int rank, int limit) {
        return new PackedCursor(
                blocks, firstBlocks[rank], firstBlocks[rank + 1], counts[rank], limit);
    }

    /** Terms of a row's text, as its norm has it. */
    public int length(int row) {
        return Norms.length(norms[row]);
    }

    /** The norm of a text of so many terms. */
    public static byte normOf(float length) {
        return Norms.ofLength((int) length);
    }

    /** The norms of all rows. */
    byte[] norms() {
        return norms;
    }

    /** Rows, with the field or without. */
    public int rows() {
        return norms.length;
    }

    /** The limit is lower than the rows there are in a snapshot of before they were all there. */
    @Override
    public @Nullable PostingCursor cursor(String term, int limit) {
        int rank = rank(term.getBytes(StandardCharsets.UTF_8));
        if (rank < 0) {
            return null;
        }
        PackedCursor cursor = cursor(rank, limit);
        return limit < norms.length && cursor.rows() == 0 ? null : cursor;
    }

    private int rank(byte[] term) {
        byte[] bytes = sortedTerms.bytes();
        int low = 0;
        int high = sortedTerms.size() - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            int start = sortedTerms.start(middle);
            int order =
                    Arrays.compareUnsigned(
                            bytes, start, start + sortedTerms.length(middle), term, 0, term.length);
            if (order == 0) {
                return middle;
            }
            if (order < 0) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return -1;
    }

    @Override
    public int documents() {
        return documents;
    }

    @Override
    public long terms() {
        return terms;
    }

    @Override
    public byte norm(int row) {
        return norms[row];
    }

    @Override
    public void forEach(int limit, BiConsumer<String, PostingCursor> sink) {
        for (int rank = 0; rank < size(); rank++) {
            sink.accept(new String(term(rank), StandardCharsets.UTF_8), cursor(rank));
        }
    }

    @Override
    public void forEachOf(int row, BiConsumer<String, Float> sink) {
        for (int rank = 0; rank < size(); rank++) {
            PostingCursor cursor = cursor(rank);
            if (cursor.advance(row) == row) {
                sink.accept(new String(term(rank), StandardCharsets.UTF_8), cursor.value());
            }
        }
    }

    @Override
    public long bytes() {
        return sortedTerms.bytes().length
                + 4L * sortedTerms.size()
                + 4L * (firstBlocks.length + counts.length)
                + blocks.bytes()
                + norms.length;
    }
}
