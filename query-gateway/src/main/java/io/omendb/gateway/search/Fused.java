package io.omendb.gateway.search;

import com.fasterxml.jackson.core.JsonGenerator;
import io.omendb.protocol.v1.Point;
import io.omendb.protocol.v1.TermScore;
import io.omendb.schema.Languages;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * A hit of a hybrid search.
 *
 * @param score higher is better
 * @param shares what each part that the query has adds
 * @param content what is answered of the point beside its id and distance
 */
record Fused(Candidate candidate, double score, List<Share> shares, Point content) {

    /**
     * What a part adds to a score.
     *
     * @param raw the part's own score
     * @param normalised what of it goes into the sum
     * @param rank from 1; 0 for a row that the part did not find
     */
    record Share(Part part, double raw, double normalised, double weight, int rank) {

        /** What the part's score is made of; nothing for the dense part. */
        List<TermScore> terms(Candidate candidate) {
            return part == Part.DENSE
                    ? List.of()
                    : candidate.terms().stream()
                            .filter(term -> isSparse(term) == (part == Part.SPARSE))
                            .toList();
        }
    }

    /** Whether a term is an entry of a sparse vector, and not a word. */
    static boolean isSparse(TermScore term) {
        return term.getField().equals("$sparse");
    }

    static Fused of(Candidate candidate, int i, double[] weights, double[][] parts, int[][] ranks) {
        List<Share> shares = new ArrayList<>();
        double score = 0;
        for (Part part : Part.values()) {
            int p = part.ordinal();
            if (weights[p] >= 0) {
                shares.add(
                        new Share(
                                part, part.score(candidate), parts[p][i], weights[p], ranks[p][i]));
                score += weights[p] * parts[p][i];
            }
        }
        return new Fused(candidate, score, shares, candidate.point());
    }

    /** The same hit with what was fetched of its point. */
    Fused with(Point fetched) {
        Point point = fetched.toBuilder().setDistance(candidate.point().getDistance()).build();
        return new Fused(candidate, score, shares, point);
    }

    void write(JsonGenerator json, Fields fields, boolean explain) throws IOException {
        json.writeStartObject();
        json.writeStringField("id", candidate.id());
        json.writeNumberField("score", score);
        json.writeObjectFieldStart("scores");
        for (Share share : shares) {
            json.writeNumberField(share.part().apiName(), share.raw());
        }
        json.writeEndObject();
        boolean measured = !Float.isNaN(candidate.point().getDistance());
        Found.writeFields(json, content, fields.withDistance(measured));
        if (explain) {
            json.writeFieldName("explain");
            explain(json);
        }
        json.writeEndObject();
    }

    /** Writes how the hit came by its score. */
    void explain(JsonGenerator json) throws IOException {
        json.writeStartObject();
        for (Share share : shares) {
            explain(json, share);
        }
        json.writeEndObject();
    }

    private void explain(JsonGenerator json, Share share) throws IOException {
        json.writeObjectFieldStart(share.part().apiName());
        json.writeNumberField("score", share.raw());
        json.writeNumberField("normalised", share.normalised());
        json.writeNumberField("weight", share.weight());
        json.writeNumberField("rank", share.rank());
        if (share.part() != Part.DENSE) {
            json.writeArrayFieldStart("terms");
            for (TermScore term : share.terms(candidate)) {
                explain(json, term, isSparse(term));
            }
            json.writeEndArray();
        }
        json.writeEndObject();
    }

    private static void explain(JsonGenerator json, TermScore term, boolean sparse)
            throws IOException {
        json.writeStartObject();
        if (sparse) {
            json.writeNumberField("index", Integer.parseInt(term.getTerm()));
            json.writeNumberField("query_value", term.getQueryValue());
            json.writeNumberField("value", term.getValue());
        } else {
            String field = term.getField();
            json.writeStringField("field", field.equals(Languages.OF_TEXT) ? "text" : field);
            json.writeStringField("term", term.getTerm());
            json.writeNumberField("query_frequency", Math.round(term.getQueryValue()));
            json.writeNumberField("frequency", Math.round(term.getValue()));
            json.writeNumberField("length", term.getLength());
            json.writeNumberField("idf", term.getIdf());
            json.writeNumberField("points_with_term", term.getRows());
            json.writeNumberField("points_with_field", term.getDocuments());
        }
        json.writeNumberField("score", term.getScore());
        json.writeEndObject();
    }
}
