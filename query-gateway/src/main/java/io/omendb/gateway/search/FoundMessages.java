package io.omendb.gateway.search;

import io.omendb.gateway.freshness.Freshness;
import io.omendb.gateway.shards.Packed;
import io.omendb.protocol.v1.Point;
import io.omendb.v1.Circumstances;
import io.omendb.v1.Hit;
import io.omendb.v1.HybridHit;
import io.omendb.v1.HybridSearchResponse;
import io.omendb.v1.SearchResponse;

/** Writes what was found as messages. */
final class FoundMessages {
    private FoundMessages() {}

    static SearchResponse of(Found found, Fields fields) {
        SearchResponse.Builder response = SearchResponse.newBuilder();
        for (Point hit : found.hits()) {
            response.addHits(
                    Hit.newBuilder().setPoint(of(hit, fields)).setDistance(hit.getDistance()));
        }
        return response.setCircumstances(circumstances(found)).build();
    }

    static HybridSearchResponse of(HybridFound found, HybridQuery query) {
        Fields fields = query.base().fields();
        HybridSearchResponse.Builder response = HybridSearchResponse.newBuilder();
        for (Fused hit : found.hits()) {
            Point point = hit.content();
            HybridHit.Builder message =
                    HybridHit.newBuilder().setPoint(of(point, fields)).setScore(hit.score());
            hit.shares().forEach(share -> message.putScores(share.part().apiName(), share.raw()));
            if (!Float.isNaN(point.getDistance())) {
                message.setDistance(point.getDistance());
            }
            if (query.explain()) {
                for (Fused.Share share : hit.shares()) {
                    message.putExplanations(
                            share.part().apiName(), ExplainMessages.of(share, hit.candidate()));
                }
            }
            response.addHits(message);
        }
        return response.setCircumstances(circumstances(found.found())).build();
    }

    /** What was asked for of a point. */
    static io.omendb.v1.Point of(Point point, Fields fields) {
        io.omendb.v1.Point.Builder message = io.omendb.v1.Point.newBuilder().setId(point.getId());
        if (fields.metadata()) {
            message.setMetadataJson(point.getMetadataJson().toStringUtf8());
            if (!point.getText().isEmpty()) {
                message.setText(point.getText());
            }
        }
        if (fields.vector()) {
            for (float component : Packed.vector(point.getVector())) {
                message.addVector(component);
            }
        }
        return message.build();
    }

    private static Circumstances circumstances(Found found) {
        return Circumstances.newBuilder()
                .setTookMs(found.tookNanos() / 1e6)
                .setFreshness(of(found.freshness()))
                .setShardsTotal(found.shardsTotal())
                .setShardsAnswered(found.shardsAnswered())
                .setDevice(found.device())
                .build();
    }

    static io.omendb.v1.Freshness of(Freshness freshness) {
        io.omendb.v1.Freshness.Builder message =
                io.omendb.v1.Freshness.newBuilder().putAllApplied(freshness.applied());
        if (freshness.lagRecords() != null) {
            message.setLagRecords(freshness.lagRecords());
        }
        if (freshness.lagMs() != null) {
            message.setLagMs(freshness.lagMs());
        }
        return message.build();
    }
}
