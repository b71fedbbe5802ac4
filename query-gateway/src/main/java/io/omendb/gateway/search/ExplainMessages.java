package io.omendb.gateway.search;

import io.omendb.protocol.v1.TermScore;
import io.omendb.schema.Languages;
import io.omendb.v1.PartExplanation;
import io.omendb.v1.TermExplanation;

/** Writes as messages how a hit came by its score: the same as JSON has. */
final class ExplainMessages {
    private ExplainMessages() {}

    static PartExplanation of(Fused.Share share, Candidate candidate) {
        PartExplanation.Builder message =
                PartExplanation.newBuilder()
                        .setScore(share.raw())
                        .setNormalised(share.normalised())
                        .setWeight(share.weight())
                        .setRank(share.rank());
        share.terms(candidate).forEach(term -> message.addTerms(of(term)));
        return message.build();
    }

    private static TermExplanation of(TermScore term) {
        TermExplanation.Builder message =
                TermExplanation.newBuilder()
                        .setTerm(term.getTerm())
                        .setQueryValue(term.getQueryValue())
                        .setValue(term.getValue())
                        .setScore(term.getScore());
        if (!Fused.isSparse(term)) {
            String field = term.getField();
            message.setField(field.equals(Languages.OF_TEXT) ? "text" : field)
                    .setLength(term.getLength())
                    .setIdf(term.getIdf())
                    .setPointsWithTerm(term.getRows())
                    .setPointsWithField(term.getDocuments());
        }
        return message.build();
    }
}
