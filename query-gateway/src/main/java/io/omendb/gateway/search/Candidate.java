package io.omendb.gateway.search;

import io.omendb.protocol.ShardAddress;
import io.omendb.protocol.v1.Point;
import io.omendb.protocol.v1.TermScore;
import io.omendb.schema.Metric;
import java.util.List;

/**
 * A row that a shard put forward, with the score of each part.
 *
 * @param shard who put it forward
 * @param location where the row is there
 * @param similarity of the dense part, higher is better; 0 where there is none
 * @param terms how it came by the text and sparse scores, where that was asked for
 */
record Candidate(
        Point point,
        ShardAddress shard,
        long location,
        double similarity,
        double textScore,
        double sparseScore,
        List<TermScore> terms) {

    static Candidate of(
            io.omendb.protocol.v1.Candidate message, ShardAddress shard, Metric metric) {
        float distance = message.getPoint().getDistance();
        return new Candidate(
                message.getPoint(),
                shard,
                message.getLocation(),
                Float.isNaN(distance) ? 0 : Fusion.similarity(metric, distance),
                message.getTextScore(),
                message.getSparseScore(),
                message.getTermsList());
    }

    String id() {
        return point.getId();
    }
}
