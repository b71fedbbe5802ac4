package io.omendb.flink.server;

import io.omendb.index.device.DeviceFigures;
import io.omendb.index.device.SearchDevice;
import io.omendb.protocol.v1.DeviceStats;
import java.util.UUID;

/** Figures of this process's GPU as the protocol has them. */
final class DeviceMessages {
    private static final String ID = UUID.randomUUID().toString();

    private DeviceMessages() {}

    static DeviceStats of(SearchDevice device) {
        DeviceFigures figures = device.figures();
        return DeviceStats.newBuilder()
                .setId(ID)
                .setName(device.name())
                .setSearches(figures.searches())
                .setBatches(figures.batches())
                .setFailures(figures.failures())
                .setBuilds(figures.builds())
                .setResidentRows(figures.residentRows())
                .setResidentBytes(figures.residentBytes())
                .setBudgetBytes(figures.budgetBytes())
                .build();
    }
}
