package io.omendb.gateway.search;

import com.fasterxml.jackson.core.JsonGenerator;
import io.omendb.gateway.http.AnswerBytes;
import java.io.IOException;
import java.util.List;

/**
 * The answer to one hybrid search.
 *
 * @param found all but its hits
 */
record HybridFound(List<Fused> hits, Found found) {

    /** The same, if it fits into an answer. */
    HybridFound within(AnswerBytes bytes) {
        for (Fused hit : hits) {
            Found.count(hit.content(), bytes);
        }
        return this;
    }

    void write(JsonGenerator json, Fields fields, boolean explain) throws IOException {
        json.writeStartObject();
        json.writeArrayFieldStart("hits");
        for (Fused hit : hits) {
            hit.write(json, fields, explain);
        }
        json.writeEndArray();
        found.writeCircumstances(json);
        json.writeEndObject();
    }
}
