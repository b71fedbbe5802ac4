package io.omendb.index.sparse;

import io.omendb.record.SparseVector;
import java.util.ArrayList;
import java.util.List;

/**
 * What rows are scored by: a row matches if it has any of the terms, and its score is the sum of
 * theirs.
 *
 * @param clauses each a field and a term of it, no pair twice
 */
public record SparseQuery(List<Clause> clauses) {

    /** Matches nothing. */
    public static final SparseQuery NONE = new SparseQuery(List.of());

    /**
     * A term.
     *
     * @param weight how often the query has it, or its weight in a sparse vector
     */
    public record Clause(String field, String term, float weight) {}

    public SparseQuery {
        clauses = List.copyOf(clauses);
    }

    /**
     * The terms of a text.
     *
     * @param names fields as {@link SparseFields#resolve} returned them
     */
    public static SparseQuery ofText(SparseFields fields, List<String> names, String text) {
        List<Clause> clauses = new ArrayList<>();
        for (String field : names) {
            fields.analyze(field, text)
                    .frequencies()
                    .forEach((term, count) -> clauses.add(new Clause(field, term, count)));
        }
        return new SparseQuery(clauses);
    }

    /** The entries of a sparse vector. */
    public static SparseQuery ofSparse(SparseVector vector) {
        List<Clause> clauses = new ArrayList<>();
        for (int i = 0; i < vector.indices().length; i++) {
            clauses.add(
                    new Clause(
                            SparseFields.SPARSE,
                            SparseTerms.of(vector.indices()[i]),
                            vector.values()[i]));
        }
        return new SparseQuery(clauses);
    }

    public boolean isEmpty() {
        return clauses.isEmpty();
    }
}
