package io.omendb.connectors.broker;

import java.nio.file.Path;
import java.util.Map;

/**
 * How to start an embedded broker.
 *
 * @param directory holds everything the broker keeps: configuration, log file and topics
 * @param port where clients connect; 0 takes the port of the last start in this directory, or a
 *     free one
 * @param maxHeap heap limit of the child JVM, as {@code -Xmx} takes it
 * @param settings more of {@code server.properties}; what is there already becomes what it is here
 */
public record BrokerOptions(
        Path directory, int port, String maxHeap, Map<String, String> settings) {
    private static final String DEFAULT_MAX_HEAP = "512m";

    public BrokerOptions {
        settings = Map.copyOf(settings);
        directory = directory.toAbsolutePath().normalize();
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException("port must be 0 to 65535, not " + port);
        }
        if (!maxHeap.matches("[1-9][0-9]*[kmgKMG]?")) {
            throw new IllegalArgumentException("maxHeap must be like 512m, not " + maxHeap);
        }
    }

    /** A broker in this directory, on the port it had before or a free one. */
    public static BrokerOptions in(Path directory) {
        return new BrokerOptions(directory, 0, DEFAULT_MAX_HEAP, Map.of());
    }

    public BrokerOptions withPort(int newPort) {
        return new BrokerOptions(directory, newPort, maxHeap, settings);
    }

    public BrokerOptions withMaxHeap(String newMaxHeap) {
        return new BrokerOptions(directory, port, newMaxHeap, settings);
    }

    public BrokerOptions withSettings(Map<String, String> newSettings) {
        return new BrokerOptions(directory, port, maxHeap, newSettings);
    }
}
