package io.omendb.flink.operator;

import io.omendb.state.VectorCollection;
import io.omendb.state.VectorState;
import java.util.function.ToLongFunction;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.MetricGroup;

/** A shard's figures among Flink's own: sums over all collections of the subtask. */
final class ShardMetrics {
    private ShardMetrics() {}

    static void register(MetricGroup group, VectorState state) {
        add(group, "total_vectors", state, of -> of.shard().snapshot().count(null));
        add(group, "dead_rows", state, of -> of.shard().deadRows());
        add(group, "segments", state, of -> of.shard().snapshot().segments().size());
        add(group, "memory_usage_bytes", state, of -> of.shard().memoryBytes());
        add(group, "disk_usage_bytes", state, state::diskBytes);
        add(group, "index_build_queue_size", state, of -> of.shard().queuedRows());
    }

    private static void add(
            MetricGroup group,
            String name,
            VectorState state,
            ToLongFunction<VectorCollection> figure) {
        Gauge<Long> sum = () -> state.collections().values().stream().mapToLong(figure).sum();
        group.gauge("omendb_" + name, sum);
    }
}
