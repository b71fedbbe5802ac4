package io.omendb.index.sparse;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The inverted index of a field while its segment grows: a row is found as soon as the snapshot
 * that has it is published. Written by one thread, read by any.
 */
final class GrowingPostings implements FieldPostings {
    /** Rough heap cost of a term: map node, string, postings object, first arrays. */
    private static final int TERM_BYTES = 200;

    private static final int POSTING_BYTES = 12;

    /** Sparse vectors have no length. */
    private static final byte WEIGHTS_NORM = 1;

    private final Map<String, GrowingTerm> byTerm = new ConcurrentHashMap<>();
    private final Norms norms = new Norms();
    private volatile int documents;
    private volatile long terms;
    private long postings;

    /** Adds the next row's terms. */
    void add(int row, AnalyzedText text) {
        if (text.frequencies().isEmpty()) {
            return;
        }
        long count = 0;
        byte norm = Norms.ofLength(Math.max(1, text.length()));
        for (Map.Entry<String, Integer> term : text.frequencies().entrySet()) {
            add(row, term.getKey(), term.getValue(), norm);
            count += term.getValue();
        }
        finish(row, norm, count);
    }

    /** Adds the next row's sparse vector. */
    void add(int row, int[] indices, float[] values) {
        if (indices.length == 0) {
            return;
        }
        for (int i = 0; i < indices.length; i++) {
            add(row, SparseTerms.of(indices[i]), values[i], WEIGHTS_NORM);
        }
        finish(row, WEIGHTS_NORM, indices.length);
    }

    private void add(int row, String term, float value, byte norm) {
        GrowingTerm known = byTerm.get(term);
        if (known == null) {
            byTerm.put(term, new GrowingTerm(row, value, norm));
        } else {
            known.add(row, value, norm);
        }
        postings++;
    }

    private void finish(int row, byte norm, long count) {
        norms.set(row, norm);
        documents = documents + 1;
        terms = terms + count;
    }

    @Override
    public @Nullable PostingCursor cursor(String term, int limit) {
        GrowingTerm known = byTerm.get(term);
        PostingCursor cursor = known == null ? null : known.cursor(limit);
        return cursor == null || cursor.rows() == 0 ? null : cursor;
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
        return norms.get(row);
    }

    @Override
    public void forEach(int limit, BiConsumer<String, PostingCursor> sink) {
        byTerm.forEach(
                (term, postingsOfTerm) -> {
                    PostingCursor cursor = postingsOfTerm.cursor(limit);
                    if (cursor.rows() > 0) {
                        sink.accept(term, cursor);
                    }
                });
    }

    @Override
    public void forEachOf(int row, BiConsumer<String, Float> sink) {
        byTerm.forEach(
                (term, postingsOfTerm) -> {
                    // All of it: from the end on, where it begins, a limit is looked for row by
                    // row.
                    PostingCursor cursor = postingsOfTerm.cursor(PostingCursor.END);
                    if (cursor.advance(row) == row) {
                        sink.accept(term, cursor.value());
                    }
                });
    }

    @Override
    public long bytes() {
        return norms.bytes() + (long) byTerm.size() * TERM_BYTES + postings * POSTING_BYTES;
    }
}
