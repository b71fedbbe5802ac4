package io.omendb.index.sparse;

import io.omendb.index.sparse.SparseQuery.Clause;
import io.omendb.index.sparse.TermStatistics.Totals;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A query, ready to score the rows of any segment. Immutable. */
public final class QueryScorers {
    private final SparseQuery query;
    private final TermStatistics statistics;
    private final List<TermScorer> scorers;

    private QueryScorers(SparseQuery query, TermStatistics statistics, List<TermScorer> scorers) {
        this.query = query;
        this.statistics = statistics;
        this.scorers = scorers;
    }

    public static QueryScorers of(SparseQuery query, TermStatistics statistics) {
        Map<String, float[]> inverses = new HashMap<>();
        List<TermScorer> scorers = new ArrayList<>();
        for (Clause clause : query.clauses()) {
            if (SegmentPostings.isWeights(clause.field())) {
                scorers.add(new WeightScorer(clause.weight()));
                continue;
            }
            Totals totals = statistics.totals(clause.field());
            float[] shared =
                    inverses.computeIfAbsent(clause.field(), field -> Bm25Scorer.inverses(totals));
            scorers.add(Bm25Scorer.of(totals, statistics.rows(clause), clause.weight(), shared));
        }
        return new QueryScorers(query, statistics, scorers);
    }

    public boolean isEmpty() {
        return query.isEmpty();
    }

    /** The terms of the query that a segment has, at their first rows. */
    List<ScoredCursor> cursors(SegmentPostings postings, int limit) {
        List<ScoredCursor> cursors = new ArrayList<>();
        for (int i = 0; i < scorers.size(); i++) {
            Clause clause = query.clauses().get(i);
            FieldPostings field = postings.field(clause.field());
            PostingCursor cursor = field == null ? null : field.cursor(clause.term(), limit);
            if (field != null && cursor != null) {
                cursors.add(new ScoredCursor(cursor, scorers.get(i), field));
            }
        }
        return cursors;
    }

    /** How a row comes by its score, term by term, those it lacks left out. */
    public List<TermScore> explain(SegmentPostings postings, int limit, int row) {
        List<TermScore> scores = new ArrayList<>();
        for (int i = 0; i < scorers.size(); i++) {
            Clause clause = query.clauses().get(i);
            FieldPostings field = postings.field(clause.field());
            PostingCursor cursor = field == null ? null : field.cursor(clause.term(), limit);
            if (field != null && cursor != null && cursor.advance(row) == row) {
                scores.add(explain(i, clause, cursor.value(), field.norm(row)));
            }
        }
        return scores;
    }

    private TermScore explain(int i, Clause clause, float value, byte norm) {
        TermScorer scorer = scorers.get(i);
        @Nullable Bm25Scorer bm25 = scorer instanceof Bm25Scorer text ? text : null;
        return new TermScore(
                clause,
                value,
                bm25 == null ? 0 : Norms.length(norm),
                bm25 == null ? 0 : bm25.idf(),
                bm25 == null ? 0 : statistics.rows(clause),
                bm25 == null ? 0 : statistics.totals(clause.field()).documents(),
                scorer.score(value, norm));
    }

    /**
     * What a term adds to a row's score.
     *
     * @param value frequency, or weight in the row's sparse vector
     * @param length terms of the row's text as BM25 counts them; 0 for sparse vectors, as the rest
     * @param rows rows that have the term
     * @param documents rows that have the field
     */
    public record TermScore(
            Clause clause,
            float value,
            int length,
            float idf,
            long rows,
            long documents,
            float score) {}
}
