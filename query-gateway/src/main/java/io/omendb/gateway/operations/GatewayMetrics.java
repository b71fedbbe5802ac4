package io.omendb.gateway.operations;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.distribution.ValueAtPercentile;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.omendb.gateway.collections.CollectionFigures;
import io.omendb.gateway.http.Admission;
import io.omendb.gateway.http.Route;
import io.omendb.gateway.shards.LoopTurns;
import io.omendb.gateway.shards.SearchLimit;
import io.omendb.protocol.LocalShard;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;
import java.util.function.IntSupplier;

/** The gateway's meters, in a registry of its own. Safe for use by any thread. */
public final class GatewayMetrics implements AutoCloseable {
    private static final int RECALL_SAMPLES = 100;
    private static final double P95 = 0.95;

    private final PrometheusMeterRegistry registry =
            new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final Timer searches;
    private final Counter points;
    private final CollectionMeters collectionMeters;
    private final DeviceMeters deviceMeters;
    private final DailyCount dailySearches = new DailyCount(System::currentTimeMillis);
    private final RollingMean recall = new RollingMean(RECALL_SAMPLES);

    /**
     * Registers the meters.
     *
     * @param collections how many collections exist
     * @param admission what is worked on
     */
    public GatewayMetrics(IntSupplier collections, Admission admission) {
        searches =
                Timer.builder("omendb.search.latency")
                        .description("Time from a search's arrival to its merged answer")
                        .publishPercentileHistogram()
                        .publishPercentiles(P95)
                        .distributionStatisticExpiry(Duration.ofMinutes(1))
                        .minimumExpectedValue(Duration.ofNanos(100_000))
                        .maximumExpectedValue(Duration.ofSeconds(10))
                        .register(registry);
        points =
                Counter.builder("omendb.points.accepted")
                        .description("Points acknowledged by Kafka")
                        .register(registry);
        collectionMeters = new CollectionMeters(registry);
        deviceMeters = new DeviceMeters(registry);
        gauge("omendb.active.collections", "Collections that exist", collections::getAsInt);
        gauge("omendb.requests.in.flight", "Requests worked on now", admission::inFlight);
        SearchLimit limit = admission.searches();
        gauge("omendb.searches.in.flight", "Searches that shards are asked now", limit::inFlight);
        gauge("omendb.searches.limit", "How many searches may be, now", limit::limit);
        FunctionCounter.builder("omendb.searches.refused", limit, SearchLimit::refusals)
                .description("Searches refused as too many")
                .register(registry);
        FunctionCounter.builder("omendb.searches.inline", limit.turns(), LoopTurns::searchesMade)
                .description("Searches that event loops made themselves")
                .register(registry);
        FunctionCounter.builder("omendb.searches.repeated", limit, any -> LocalShard.repeated())
                .description("Parts of searches that were made again, as their thread did not run")
                .register(registry);
        gauge(
                "omendb.search.latency.p95",
                "Seconds within which 95 % of the searches of the last minute were answered",
                this::p95);
        gauge(
                "omendb.recall.at.10",
                "Mean recall of the latest " + RECALL_SAMPLES + " searches run again exactly",
                recall::mean);
        gauge("omendb.daily.searches", "Searches of the last 24 hours", dailySearches::sum);
        new JvmMemoryMetrics().bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
    }

    /**
     * Nothing else may hold the supplier: by default a gauge of one that was collected reads NaN.
     */
    private void gauge(String name, String description, DoubleSupplier value) {
        Gauge.builder(name, value, DoubleSupplier::getAsDouble)
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

    /** A gRPC call ended. */
    public void call(String method, String status, long nanos) {
        registry.timer("omendb.grpc.requests", "method", method, "status", status)
                .record(nanos, TimeUnit.NANOSECONDS);
    }

    /** A search was answered. */
    public void search(long nanos) {
        searches.record(nanos, TimeUnit.NANOSECONDS);
        dailySearches.increment();
    }

    /** The recall at 10 of a search was measured. */
    public void recall(double value) {
        recall.add(value);
    }

    private double p95() {
        for (ValueAtPercentile value : searches.takeSnapshot().percentileValues()) {
            if (value.percentile() == P95) {
                return value.value(TimeUnit.SECONDS);
            }
        }
        return Double.NaN;
    }

    /** Points were acknowledged. */
    public void accepted(int count) {
        points.increment(count);
    }

    /** All shards told their figures. */
    void told(CollectionFigures.Told told) {
        collectionMeters.update(told.collections(), System.nanoTime());
        deviceMeters.update(told.devices());
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
