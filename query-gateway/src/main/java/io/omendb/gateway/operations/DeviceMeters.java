package io.omendb.gateway.operations;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import io.omendb.protocol.v1.DeviceStats;
import java.util.List;
import java.util.function.ToLongFunction;

/** The meters of GPUs, as of the last time all shards answered; none where there is no GPU. */
final class DeviceMeters {
    private final MultiGauge searches;
    private final MultiGauge batches;
    private final MultiGauge failures;
    private final MultiGauge builds;
    private final MultiGauge rows;
    private final MultiGauge bytes;
    private final MultiGauge budget;

    DeviceMeters(MeterRegistry registry) {
        searches = gauge(registry, "omendb.gpu.searches", "Searches that the GPU answered");
        batches = gauge(registry, "omendb.gpu.batches", "Times that it ran, for one or more each");
        failures = gauge(registry, "omendb.gpu.failures", "Searches it left to the processor");
        builds = gauge(registry, "omendb.gpu.builds", "Codebooks trained, segments encoded");
        rows = gauge(registry, "omendb.gpu.resident.rows", "Rows whose vectors it holds");
        bytes = gauge(registry, "omendb.gpu.resident.bytes", "GPU memory those take");
        budget = gauge(registry, "omendb.gpu.budget.bytes", "GPU memory they may take");
    }

    private static MultiGauge gauge(MeterRegistry registry, String name, String description) {
        return MultiGauge.builder(name).description(description).register(registry);
    }

    void update(List<DeviceStats> devices) {
        set(searches, devices, DeviceStats::getSearches);
        set(batches, devices, DeviceStats::getBatches);
        set(failures, devices, DeviceStats::getFailures);
        set(builds, devices, DeviceStats::getBuilds);
        set(rows, devices, DeviceStats::getResidentRows);
        set(bytes, devices, DeviceStats::getResidentBytes);
        set(budget, devices, DeviceStats::getBudgetBytes);
    }

    private static void set(
            MultiGauge gauge, List<DeviceStats> devices, ToLongFunction<DeviceStats> value) {
        gauge.register(
                devices.stream()
                        .<MultiGauge.Row<?>>map(
                                device ->
                                        MultiGauge.Row.of(
                                                Tags.of(
                                                        "gpu",
                                                        device.getName(),
                                                        "id",
                                                        device.getId()),
                                                value.applyAsLong(device)))
                        .toList(),
                true);
    }
}
