package io.omendb.gateway.operations;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.omendb.gateway.http.Route;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import java.util.stream.Collectors;

/** The gateway's meters, in a registry of its own. Safe for use by any thread. */
public final class GatewayMetrics implements AutoCloseable {
    private final PrometheusMeterRegistry registry =
            new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final Timer searches;
    private final Counter points;
    private final MultiGauge vectors;

    /**
     * Registers the meters.
     *
     * @param collections how many collections exist
     * @param inFlight how many requests are worked on
     */
    public GatewayMetrics(IntSupplier collections, IntSupplier inFlight) {
        searches =
                Timer.builder("omendb.search.latency")
                        .description("Time from a search's arrival to its merged answer")
                        .publishPercentileHistogram()
                        .minimumExpectedValue(Duration.ofNanos(100_000))
                        .maximumExpectedValue(Duration.ofSeconds(10))
                        .register(registry);
        points =
                Counter.builder("omendb.points.accepted")
                        .description("Points acknowledged by Kafka")
                        .register(registry);
        vectors =
                MultiGauge.builder("omendb.total.vectors")
                        .description("Live vectors, as of the last time all shards answered")
                        .register(registry);
        gauge("omendb.active.collections", "Collections that exist", collections);
        gauge("omendb.requests.in.flight", "Requests worked on now", inFlight);
        new JvmMemoryMetrics().bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
    }

    /**
     * Nothing else may hold the supplier: by default a gauge of one that was collected reads NaN.
     */
    private void gauge(String name, String description, IntSupplier value) {
        Gauge.builder(name, value, IntSupplier::getAsInt)
                .description(description)
                .strongReference(true)
                .register(registry);
    }

    /** A request was answered. */
    public void request(Route route, int status, long nanos) {
        registry.timer(
                        "omendb.http.requests",
                        "method",
                        route.method().name(),
                        "route",
                        route.path(),
                        "status",
                        Integer.toString(status))
                .record(nanos, TimeUnit.NANOSECONDS);
    }

    /** A search was answered. */
    public void search(long nanos) {
        searches.record(nanos, TimeUnit.NANOSECONDS);
    }

    /** Points were acknowledged. */
    public void accepted(int count) {
        points.increment(count);
    }

    /** All shards told the sizes of the collections. */
    void vectors(Map<String, Long> counts) {
        vectors.register(
                counts.entrySet().stream()
                        .map(
                                count ->
                                        MultiGauge.Row.of(
                                                Tags.of("collection", count.getKey()),
                                                count.getValue()))
                        .collect(Collectors.toList()),
                true);
    }

    /** The text a Prometheus server reads. */
    String scrape() {
        return registry.scrape();
    }

    @Override
    public void close() {
        registry.close();
    }
}
