package io.omendb.gateway.operations;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import io.omendb.gateway.collections.CollectionFigures;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The meters of collections, as of the last time all shards answered. Safe for use by any thread.
 */
final class CollectionMeters {
    /** Scrapes closer to each other do not change the rate. */
    private static final long RATE_NANOS_MIN = TimeUnit.SECONDS.toNanos(1);

    private final MultiGauge vectors;
    private final MultiGauge memory;
    private final MultiGauge disk;
    private final MultiGauge queue;
    private final MultiGauge rate;
    private final MultiGauge lagRecords;
    private final MultiGauge lagMs;
    private final MultiGauge deadLetters;
    private Map<String, Long> appliedBefore = new HashMap<>();
    private Map<String, Double> rates = new HashMap<>();
    private long beforeNanos;

    CollectionMeters(MeterRegistry registry) {
        vectors = gauge(registry, "omendb.total.vectors", "Live vectors");
        memory = gauge(registry, "omendb.memory.usage.bytes", "Heap that the shards use");
        disk = gauge(registry, "omendb.disk.usage.bytes", "Local disk that the shards use");
        queue =
                gauge(
                        registry,
                        "omendb.index.build.queue.size",
                        "Rows that wait for posting lists or for the disk");
        rate =
                gauge(
                        registry,
                        "omendb.insertion.rate.per.sec",
                        "Points that the shards applied each second since the last scrape");
        lagRecords =
                gauge(registry, "omendb.lag.records", "Records in Kafka that a shard lacks still");
        lagMs =
                gauge(
                        registry,
                        "omendb.freshness.lag.ms",
                        "Age of the newest record applied everywhere, 0 without lag");
        deadLetters =
                gauge(
                        registry,
                        "omendb.dead.letters",
                        "Records that could not be applied and went to the dead-letter topic");
    }

    private static MultiGauge gauge(MeterRegistry registry, String name, String description) {
        return MultiGauge.builder(name).description(description).register(registry);
    }

    synchronized void update(List<CollectionFigures> figures, long nowNanos) {
        updateRates(figures, nowNanos);
        set(vectors, figures, CollectionFigures::vectors);
        set(memory, figures, CollectionFigures::memoryBytes);
        set(disk, figures, CollectionFigures::diskBytes);
        set(queue, figures, CollectionFigures::queuedRows);
        set(rate, figures, of -> rates.getOrDefault(of.collection(), 0.0));
        set(lagRecords, figures, of -> orNaN(of.freshness().lagRecords()));
        set(deadLetters, figures, of -> orNaN(of.deadLetters()));
        set(lagMs, figures, of -> orNaN(of.freshness().lagMs()));
    }

    private void updateRates(List<CollectionFigures> figures, long nowNanos) {
        long nanos = nowNanos - beforeNanos;
        if (!appliedBefore.isEmpty() && nanos < RATE_NANOS_MIN) {
            return;
        }
        Map<String, Long> applied = new HashMap<>();
        Map<String, Double> next = new HashMap<>();
        for (CollectionFigures of : figures) {
            applied.put(of.collection(), of.writes());
            Long before = appliedBefore.get(of.collection());
            if (before != null) {
                // A shard that was restarted counts from the beginning.
                long more = Math.max(0, of.writes() - before);
                next.put(of.collection(), more * 1e9 / nanos);
            }
        }
        appliedBefore = applied;
        rates = next;
        beforeNanos = nowNanos;
    }

    private static double orNaN(@Nullable Long value) {
        return value == null ? Double.NaN : value;
    }

    private static void set(
            MultiGauge gauge,
            List<CollectionFigures> figures,
            Function<CollectionFigures, Number> value) {
        gauge.register(
                figures.stream()
                        .<MultiGauge.Row<?>>map(
                                of ->
                                        MultiGauge.Row.of(
                                                Tags.of("collection", of.collection()),
                                                value.apply(of)))
                        .toList(),
                true);
    }
}
