package io.omendb.gpu;

import io.omendb.gpu.resident.ResidentSegment;
import io.omendb.index.device.Candidates;
import io.omendb.index.device.DeviceQuery;
import io.omendb.index.segment.Segment;
import io.omendb.schema.Metric;
import java.util.List;

/** What the search thread does. */
sealed interface Work {

    /** Something to answer. */
    sealed interface Question extends Work {
        PendingSearch pending();

        Metric metric();

        List<Segment> segments();
    }

    /** An exact search. */
    record Search(DeviceQuery query, PendingSearch pending) implements Question {
        @Override
        public Metric metric() {
            return query.metric();
        }

        @Override
        public List<Segment> segments() {
            return query.segments();
        }
    }

    /** A comparison of listed rows. */
    record Rerank(
            @SuppressWarnings("ArrayRecordComponent") float[] query,
            Metric metric,
            int k,
            Candidates candidates,
            PendingSearch pending)
            implements Question {
        @Override
        public List<Segment> segments() {
            return candidates.segments();
        }
    }

    /** A segment that has to go. */
    record Retire(ResidentSegment segment) implements Work {}
}
