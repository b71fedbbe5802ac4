package io.omendb.flink.process;

import java.io.IOException;
import java.util.Arrays;
import org.apache.flink.runtime.entrypoint.StandaloneSessionClusterEntrypoint;
import org.apache.flink.runtime.taskexecutor.TaskManagerRunner;
import sun.misc.Signal;

/**
 * Runs a JobManager or a TaskManager that halts when its parent does. The parent holds the other
 * end of standard input: however it ends, that end closes.
 */
public final class FlinkProcess {
    private FlinkProcess() {}

    /**
     * Runs until it is stopped.
     *
     * @param args {@code jobmanager} or {@code taskmanager}, then what Flink's own main method
     *     takes
     */
    public static void main(String[] args) throws Exception {
        haltWithParent();
        // Ctrl-C reaches the whole terminal group; the parent decides when its children stop.
        Signal.handle(new Signal("INT"), signal -> {});
        String[] flink = Arrays.copyOfRange(args, 1, args.length);
        switch (args[0]) {
            case "jobmanager" -> StandaloneSessionClusterEntrypoint.main(flink);
            case "taskmanager" -> TaskManagerRunner.main(flink);
            default -> throw new IllegalArgumentException("no such Flink process: " + args[0]);
        }
    }

    private static void haltWithParent() {
        Thread watch = new Thread(FlinkProcess::awaitEndOfInput, "omen-flink-parent-watch");
        watch.setDaemon(true);
        watch.start();
    }

    private static void awaitEndOfInput() {
        try {
            while (System.in.read() >= 0) {}
        } catch (IOException e) {
            // A broken pipe is the end of the stream too.
        } finally {
            Runtime.getRuntime().halt(1);
        }
    }
}
