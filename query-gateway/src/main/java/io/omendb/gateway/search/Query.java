package io.omendb.gateway.search;

import io.omendb.OmenException;
import io.omendb.gateway.embed.TextVectors;
import io.omendb.gateway.http.Limits;
import io.omendb.gateway.shards.Packed;
import io.omendb.gateway.shards.Quick;
import io.omendb.index.device.DeviceChoice;
import io.omendb.protocol.v1.SearchRequest;
import io.omendb.protocol.v1.SearchResponse;
import io.omendb.record.PointRules;
import io.omendb.schema.CollectionDefinition;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One search as it was asked for.
 *
 * @param vector empty where there is a text instead, or no dense part
 * @param text what the vector is to be made of; null where there is none, or it has been made
 * @param filterJson the filter object; empty for none
 * @param recallTarget 0 where none was given
 * @param allowPartial whether an answer without some of the shards is welcome
 */
record Query(
        float[] vector,
        @Nullable String text,
        int k,
        String filterJson,
        Fields fields,
        Tuning tuning,
        Consistency consistency,
        int timeoutMs,
        boolean allowPartial) {

    private static final int EXACT_TIMEOUT_MS = 10_000;
    private static final int PLAIN_K_MAX = 100;

    /** To wait for a device is not for an event loop, however soon it answers. */
    private static final long DEVICE_US = 1_000_000;

    /**
     * How thoroughly to search.
     *
     * @param device where to search
     * @param background whether nobody waits for the answer
     */
    record Tuning(
            boolean exact,
            double recallTarget,
            Map<String, Double> params,
            DeviceChoice device,
            boolean background) {}

    /**
     * Checks the query against the collection and the limits.
     *
     * @throws OmenException INVALID naming the field
     */
    void check(CollectionDefinition collection, Limits limits) {
        if (text == null) {
            PointRules.checkVector(collection.schema(), "vector", vector);
            PointRules.checkNorm(collection.schema(), "vector", vector);
        } else {
            TextVectors.checkText("text", text);
        }
        checkLimits(collection, limits);
    }

    /** Checks all but the vector. */
    void checkLimits(CollectionDefinition collection, Limits limits) {
        limits.checkK(k);
        limits.checkTimeoutMs(timeoutMs);
        consistency.check(collection);
    }

    /**
     * What an event loop may make itself: a search that takes about as long as others of its
     * collection and recall target, and does not wait for a device.
     *
     * @return null where it is another
     */
    @Nullable Quick<SearchResponse> quick(CollectionDefinition collection) {
        boolean plain =
                !tuning.exact
                        && !tuning.background
                        && tuning.device != DeviceChoice.GPU
                        && tuning.params.isEmpty()
                        && filterJson.isEmpty()
                        && k <= PLAIN_K_MAX;
        return plain
                ? new Quick<>(
                        collection.name() + '@' + tuning.recallTarget,
                        answer -> answer.getOnDevice() ? DEVICE_US : answer.getTookUs())
                : null;
    }

    /**
     * The same query with the vector that was made of its text.
     *
     * @throws OmenException INVALID where the collection does not take the vector
     */
    Query withVector(CollectionDefinition collection, float[] made) {
        PointRules.checkVector(collection.schema(), "embedding of text", made);
        return new Query(
                made, null, k, filterJson, fields, tuning, consistency, timeoutMs, allowPartial);
    }

    /** The same query, answered exactly, ids only, when there is time. */
    Query exactly(int fewer) {
        return new Query(
                vector,
                null,
                fewer,
                filterJson,
                Fields.ID,
                new Tuning(true, 0, Map.of(), DeviceChoice.CPU, true),
                consistency.withoutWaiting(),
                EXACT_TIMEOUT_MS,
                false);
    }

    /**
     * What to ask a shard.
     *
     * @param shards how many are asked
     */
    SearchRequest request(CollectionDefinition collection, int shards) {
        return SearchRequest.newBuilder()
                .setCollection(collection.name())
                .setGeneration(collection.generation())
                .setCommitted(consistency.committed())
                .setVector(Packed.of(vector))
                .setK(k)
                .setRecallK(Share.typical(k, shards))
                .setFilterJson(filterJson)
                .setInclude(fields.include())
                .setExact(tuning.exact)
                .setRecallTarget(tuning.recallTarget)
                .putAllParams(tuning.params)
                .setBackground(tuning.background)
                .setDevice(tuning.device.name().toLowerCase(Locale.ROOT))
                .build();
    }
}
