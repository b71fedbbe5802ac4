package io.omendb.index.sparse;

import io.omendb.record.ByteStrings;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;

/** Packs the inverted index of a field, term after term. Used by one thread. */
public final class PostingsBuilder {
    private final byte[] norms;
    private final PackedBlocks blocks;
    private final ByteStrings.Builder terms = new ByteStrings.Builder(64, 1024);
    private final int[] rows = new int[PackedBlocks.ROWS];
    private final float[] values = new float[PackedBlocks.ROWS];
    private int[] firstBlocks = new int[65];
    private int[] counts = new int[64];
    private int size;
    private int pending;
    private int count;
    private double total;
    private final boolean weights;

    /**
     * Nothing yet.
     *
     * @param norms by row; not copied
     * @param weights whether values are weights of sparse vectors
     */
    public PostingsBuilder(byte[] norms, boolean weights) {
        this.norms = norms;
        this.weights = weights;
        this.blocks = new PackedBlocks(weights);
    }

    /** The next row of the term to come, in ascending order. */
    public void add(int row, float value) {
        if (pending == PackedBlocks.ROWS) {
            flush();
        }
        rows[pending] = row;
        values[pending++] = value;
        count++;
        total += weights ? 1 : value;
    }

    /** Ends a term; one without rows is left out. Terms come in the order of their bytes. */
    public void finish(byte[] term) {
        if (count == 0) {
            return;
        }
        flush();
        if (size == counts.length) {
            counts = Arrays.copyOf(counts, 2 * size);
            firstBlocks = Arrays.copyOf(firstBlocks, 2 * size + 1);
        }
        terms.add(term);
        counts[size++] = count;
        firstBlocks[size] = blocks.size();
        count = 0;
    }

    private void flush() {
        blocks.add(rows, values, pending, norms);
        pending = 0;
    }

    /** What was added. The builder must not be used afterwards. */
    public PackedPostings build() {
        return new PackedPostings(
                terms.build(),
                Arrays.copyOf(firstBlocks, size + 1),
                Arrays.copyOf(counts, size),
                blocks.trim(),
                norms,
                (long) total);
    }

    /** Packs an index that has stopped growing. */
    static PackedPostings pack(GrowingPostings growing, int limit, boolean weights) {
        byte[] norms = new byte[limit];
        for (int row = 0; row < limit; row++) {
            norms[row] = growing.norm(row);
        }
        PostingsBuilder builder = new PostingsBuilder(norms, weights);
        Map<byte[], PostingCursor> sorted = new TreeMap<>(Arrays::compareUnsigned);
        growing.forEach(
                limit, (term, cursor) -> sorted.put(term.getBytes(StandardCharsets.UTF_8), cursor));
        sorted.forEach(
                (term, cursor) -> {
                    for (int row = cursor.next(); row != PostingCursor.END; row = cursor.next()) {
                        builder.add(row, cursor.value());
                    }
                    builder.finish(term);
                });
        return builder.build();
    }

    /**
     * An index that goes into another one.
     *
     * @param newRows new number of each row, ascending; -1 where it is left out
     */
    public record Source(PackedPostings postings, IntUnaryOperator newRows) {}

    /**
     * The rows of several indexes in one; those of a later source are numbered higher.
     *
     * @param rows rows in all
     */
    public static PackedPostings concatenate(List<Source> sources, int rows, boolean weights) {
        byte[] norms = new byte[rows];
        for (Source source : sources) {
            byte[] before = source.postings().norms();
            for (int row = 0; row < before.length; row++) {
                int to = source.newRows().applyAsInt(row);
                if (to >= 0) {
                    norms[to] = before[row];
                }
            }
        }
        PostingsBuilder builder = new PostingsBuilder(norms, weights);
        int[] ranks = new int[sources.size()];
        for (byte[] term = lowest(sources, ranks); term != null; term = lowest(sources, ranks)) {
            for (int i = 0; i < ranks.length; i++) {
                PackedPostings postings = sources.get(i).postings();
                if (ranks[i] < postings.size() && Arrays.equals(postings.term(ranks[i]), term)) {
                    builder.copy(postings.cursor(ranks[i]++), sources.get(i).newRows());
                }
            }
            builder.finish(term);
        }
        return builder.build();
    }

    private static byte @Nullable [] lowest(List<Source> sources, int[] ranks) {
        byte[] lowest = null;
        for (int i = 0; i < ranks.length; i++) {
            PackedPostings postings = sources.get(i).postings();
            if (ranks[i] < postings.size()) {
                byte[] term = postings.term(ranks[i]);
                lowest = lowest == null || Arrays.compareUnsigned(term, lowest) < 0 ? term : lowest;
            }
        }
        return lowest;
    }

    private void copy(PostingCursor cursor, IntUnaryOperator newRows) {
        for (int row = cursor.next(); row != PostingCursor.END; row = cursor.next()) {
            int to = newRows.applyAsInt(row);
            if (to >= 0) {
                add(to, cursor.value());
            }
        }
    }
}
