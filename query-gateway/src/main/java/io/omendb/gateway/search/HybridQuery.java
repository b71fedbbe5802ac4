package io.omendb.gateway.search;

import io.omendb.OmenException;
import io.omendb.gateway.embed.TextVectors;
import io.omendb.gateway.http.Limits;
import io.omendb.protocol.v1.HybridRequest;
import io.omendb.protocol.v1.SearchRequest;
import io.omendb.protocol.v1.SparseVector;
import io.omendb.protocol.v1.TermStatistics;
import io.omendb.protocol.v1.TermsRequest;
import io.omendb.record.PointRules;
import io.omendb.schema.CollectionDefinition;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One hybrid search as it was asked for.
 *
 * @param base what it has in common with other searches; its vector is empty where there is no
 *     dense part
 * @param text null for no text part
 * @param textFields fields that the text is looked up in; none for all
 * @param sparse null for no sparse part
 * @param fusion how the parts become one ranking
 * @param explain whether each hit says how it came by its score
 */
record HybridQuery(
        Query base,
        @Nullable String text,
        List<String> textFields,
        io.omendb.record.@Nullable SparseVector sparse,
        Fusion fusion,
        boolean explain) {

    /**
     * The recall target is for so many nearest points: those further down the window seldom become
     * hits, and if so by their words, which finds them anyway. Measured, docs/hybrid.md.
     */
    private static final int RECALL_PER_HIT = 2;

    /**
     * Checks the query against the collection and the limits.
     *
     * @throws OmenException INVALID naming the field
     */
    void check(CollectionDefinition collection, Limits limits) {
        if (hasVector()) {
            PointRules.checkVector(collection.schema(), "vector", base.vector());
            PointRules.checkNorm(collection.schema(), "vector", base.vector());
        }
        if (text != null && isToEmbed(collection)) {
            TextVectors.checkText("text", text);
        }
        if (sparse != null) {
            PointRules.checkSparse(collection.schema(), sparse);
        }
        base.checkLimits(collection, limits);
        if (fusion.windowAsked() != 0) {
            limits.checkRange("window", fusion.windowAsked(), limits.k());
        }
    }

    /** The same, if there is anything to search for. */
    HybridQuery withAnyPart() {
        if (!hasText() && !hasSparse() && !hasVector()) {
            throw OmenException.malformed(
                    "search: found none of vector, text and sparse, expected one at least");
        }
        return this;
    }

    /**
     * Whether the dense part is to be made of the text: where the collection has an embedder, no
     * vector was sent, and the dense part counts.
     */
    boolean isToEmbed(CollectionDefinition collection) {
        return collection.schema().embedder() != null
                && hasText()
                && !hasVector()
                && fusion.alpha() > 0;
    }

    /** The same query with a vector that was made of its text. */
    HybridQuery withVector(CollectionDefinition collection, float[] made) {
        return new HybridQuery(
                base.withVector(collection, made), text, textFields, sparse, fusion, explain);
    }

    boolean hasVector() {
        return base.vector().length > 0;
    }

    boolean hasText() {
        return text != null;
    }

    boolean hasSparse() {
        return sparse != null;
    }

    /** How many of a part's best rows take part in the fusion. */
    int window() {
        return fusion.window(base.k());
    }

    TermsRequest termsRequest(CollectionDefinition collection) {
        return TermsRequest.newBuilder()
                .setCollection(collection.name())
                .setGeneration(collection.generation())
                .setCommitted(base.consistency().committed())
                .setText(text == null ? "" : text)
                .addAllTextFields(textFields)
                .build();
    }

    /**
     * What to ask a shard.
     *
     * @param shards how many are asked
     */
    HybridRequest request(
            CollectionDefinition collection, @Nullable TermStatistics statistics, int shards) {
        int dense = base.tuning().exact() ? window() : Share.most(window(), shards);
        SearchRequest search = base.request(collection, shards).toBuilder().setK(dense).build();
        HybridRequest.Builder request =
                HybridRequest.newBuilder()
                        .setSearch(search)
                        .setText(text == null ? "" : text)
                        .addAllTextFields(textFields)
                        // Those beside the dense part's candidates rank by these alone.
                        .setSparseK(window() + base.k())
                        .setRecallK(
                                Share.most(Math.min(window(), RECALL_PER_HIT * base.k()), shards))
                        .setExplain(explain);
        if (statistics != null) {
            request.setStatistics(statistics);
        }
        if (sparse != null) {
            SparseVector.Builder vector = SparseVector.newBuilder();
            for (int i = 0; i < sparse.indices().length; i++) {
                vector.addIndices(sparse.indices()[i]).addValues(sparse.values()[i]);
            }
            request.setSparse(vector);
        }
        return request.build();
    }
}
