package io.omendb.flink.operator;

import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.runtime.execution.Environment;

/**
 * Where a shard server listens and how it is reached.
 *
 * @param bindHost address to listen on
 * @param advertisedHost host that gateways connect to
 * @param port port; 0 for any free one
 */
record ShardServerAddress(String bindHost, String advertisedHost, int port) {
    private static final String LOOPBACK = "127.0.0.1";

    static final ConfigOption<String> BIND_HOST =
            ConfigOptions.key("omen.shard.bind-host")
                    .stringType()
                    .noDefaultValue()
                    .withDescription(
                            "Address shard servers listen on. Default: the task manager's address.");

    static final ConfigOption<String> ADVERTISED_HOST =
            ConfigOptions.key("omen.shard.advertised-host")
                    .stringType()
                    .noDefaultValue()
                    .withDescription(
                            "Host that gateways reach shard servers at. Default: the task manager's address.");

    static ShardServerAddress of(Environment environment) {
        Configuration config = environment.getTaskManagerInfo().getConfiguration();
        String external = environment.getTaskManagerInfo().getTaskManagerExternalAddress();
        // A cluster inside one process has no address of its own.
        String taskManager = external.isEmpty() ? LOOPBACK : external;
        String advertised = config.getOptional(ADVERTISED_HOST).orElse(taskManager);
        return new ShardServerAddress(
                config.getOptional(BIND_HOST).orElse(taskManager), advertised, 0);
    }
}
