package io.omendb.index.sparse;

import io.omendb.index.sparse.SparseQuery.Clause;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How common the terms of one query are. Statistics of several shards are added up, so that a row
 * has the same score whatever shard it is in. Rows that were replaced or deleted count until a
 * merge drops them, as in Lucene. Used by one thread.
 */
public final class TermStatistics {
    private final Map<String, Totals> fields = new LinkedHashMap<>();
    private final Map<Term, Long> rows = new LinkedHashMap<>();

    /** A term of a field. */
    public record Term(String field, String term) {}

    /**
     * Of a field.
     *
     * @param documents rows that have any term
     * @param terms terms of all rows, repetitions included
     */
    public record Totals(long documents, long terms) {
        /** Of a field that no row has. */
        public static final Totals NONE = new Totals(0, 0);

        private static Totals sum(Totals a, Totals b) {
            return new Totals(a.documents + b.documents, a.terms + b.terms);
        }
    }

    /** Adds what a segment, or a shard, has of a field. */
    public void addField(String field, Totals totals) {
        fields.merge(field, totals, Totals::sum);
    }

    /** Adds what a segment, or a shard, has of a term. */
    public void addRows(Term term, long count) {
        rows.merge(term, count, Long::sum);
    }

    /** Adds what a segment has of a query's terms. */
    public void add(SegmentPostings postings, SparseQuery query, int limit) {
        for (String field : postings.fields()) {
            FieldPostings found = postings.field(field);
            if (found != null
                    && query.clauses().stream().anyMatch(clause -> clause.field().equals(field))) {
                addField(field, new Totals(found.documents(), found.terms()));
            }
        }
        for (Clause clause : query.clauses()) {
            FieldPostings field = postings.field(clause.field());
            PostingCursor cursor = field == null ? null : field.cursor(clause.term(), limit);
            if (cursor != null) {
                addRows(new Term(clause.field(), clause.term()), cursor.rows());
            }
        }
    }

    /** By field. */
    public Map<String, Totals> fields() {
        return fields;
    }

    /** Rows by term. */
    public Map<Term, Long> rows() {
        return rows;
    }

    public Totals totals(String field) {
        return fields.getOrDefault(field, Totals.NONE);
    }

    /** Rows that have a term. */
    public long rows(Clause clause) {
        return rows.getOrDefault(new Term(clause.field(), clause.term()), 0L);
    }
}
