package io.omendb.cli.stack;

import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/** Flink's configuration of a stack, in one process or in several. */
final class FlinkSettings {
    private FlinkSettings() {}

    static Path checkpoints(StackConfig config) {
        return config.directory().resolve("checkpoints").toAbsolutePath();
    }

    /**
     * Where tasks keep what they can build again. It is emptied at each start, so its name is none
     * that somebody else may have given.
     */
    static Path scratch(StackConfig config) {
        return config.directory().resolve("omen-scratch").toAbsolutePath();
    }

    static Map<String, String> of(StackConfig config) {
        Map<String, String> flink = new TreeMap<>();
        flink.put("state.backend.type", "io.omendb.state.OmenStateBackendFactory");
        flink.put("execution.checkpointing.interval", config.checkpointIntervalMs() + " ms");
        flink.put("execution.checkpointing.storage", "filesystem");
        flink.put("execution.checkpointing.dir", checkpoints(config).toUri().toString());
        flink.put("execution.checkpointing.incremental", "true");
        flink.put("execution.checkpointing.num-retained", "2");
        flink.put(
                "execution.checkpointing.externalized-checkpoint-retention",
                "RETAIN_ON_CANCELLATION");
        flink.put("io.tmp.dirs", scratch(config).toString());
        flink.put("restart-strategy.type", "exponential-delay");
        flink.put("restart-strategy.exponential-delay.initial-backoff", "200 ms");
        flink.put("restart-strategy.exponential-delay.max-backoff", "10 s");
        flink.put("rest.address", "127.0.0.1");
        flink.put("rest.bind-address", "127.0.0.1");
        flink.put("rest.bind-port", "0");
        return flink;
    }
}
