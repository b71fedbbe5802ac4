package io.omendb.gateway.search;

import java.util.Locale;

/** A part of a hybrid search. */
enum Part {
    DENSE {
        @Override
        double score(Candidate candidate) {
            return candidate.similarity();
        }
    },
    TEXT {
        @Override
        double score(Candidate candidate) {
            return candidate.textScore();
        }
    },
    SPARSE {
        @Override
        double score(Candidate candidate) {
            return candidate.sparseScore();
        }
    };

    abstract double score(Candidate candidate);

    String apiName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
