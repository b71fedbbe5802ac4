package io.omendb.flink.operator;

import io.omendb.OmenException;
import io.omendb.index.background.Niceness;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.runtime.execution.Environment;

/** How much less of the processor tasks get than the searches beside them. */
public final class IngestPriority {
    public static final ConfigOption<Integer> NICENESS =
            ConfigOptions.key("omen.ingest.niceness")
                    .intType()
                    .defaultValue(Niceness.DEFAULT)
                    .withDescription(
                            "Nice value (0 to 19) of the threads that read and apply, on Linux: where they and searches want the same core, searches get it. Work in the background has five more. 0 to treat them all alike.");

    private IngestPriority() {}

    /**
     * The nice value that the task manager is configured with.
     *
     * @throws OmenException INVALID if it is out of range
     */
    public static int of(Environment environment) {
        int nice = environment.getTaskManagerInfo().getConfiguration().get(NICENESS);
        if (nice < 0 || nice > Niceness.MAX) {
            throw OmenException.invalid(
                    NICENESS.key() + ": found " + nice + ", expected 0 to " + Niceness.MAX);
        }
        return nice;
    }
}
