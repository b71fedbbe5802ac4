package io.omendb.bench.stack;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * CPU time of a process by what its threads do, as Linux counts it: user and system time of every
 * thread, in hundredths of a second. Threads that ended count no more, so this is for work that
 * long-lived threads do. Elsewhere than on Linux there is only the process's own total.
 */
final class ProcessCpu {
    private static final double TICKS_PER_SECOND = 100;

    /** Beginnings of thread names, and what such threads do; the kernel keeps 15 characters. */
    private static final Map<String, String> STAGES =
            Map.ofEntries(
                    Map.entry("Source: topics", "read and parse"),
                    Map.entry("vectors (", "apply and index"),
                    Map.entry("omen-maintenanc", "background index work"),
                    Map.entry("AsyncOperations", "checkpoints"),
                    Map.entry("jobmanager-io", "checkpoints"),
                    Map.entry("ParGC", "garbage collection"),
                    Map.entry("GC Thread", "garbage collection"),
                    Map.entry("G1 ", "garbage collection"),
                    Map.entry("VM Thread", "garbage collection"),
                    Map.entry("C1 Compiler", "compilation"),
                    Map.entry("C2 Compiler", "compilation"),
                    Map.entry("armeria", "gateway"),
                    Map.entry("omen-gateway", "gateway"),
                    Map.entry("omen-query", "search"),
                    Map.entry("grpc", "search"),
                    Map.entry("flink-pekko.", "Flink's control"));

    private static final String OTHER = "other";
    private static final int UTIME = 11;
    private static final int STIME = 12;

    private ProcessCpu() {}

    /** Seconds so far, by stage. */
    static Map<String, Double> byStage(long pid) {
        Map<String, Double> seconds = new TreeMap<>();
        Path tasks = Path.of("/proc", Long.toString(pid), "task");
        if (!Files.isDirectory(tasks)) {
            seconds.put(OTHER, total(pid));
            return seconds;
        }
        try (Stream<Path> all = Files.list(tasks)) {
            for (Path task : all.toList()) {
                add(task, seconds);
            }
        } catch (IOException e) {
            seconds.merge(OTHER, total(pid), Double::sum);
        }
        return seconds;
    }

    /** Seconds so far of the whole process. */
    static double total(long pid) {
        return ProcessHandle.of(pid)
                        .flatMap(handle -> handle.info().totalCpuDuration())
                        .orElse(Duration.ZERO)
                        .toNanos()
                / 1e9;
    }

    private static void add(Path task, Map<String, Double> seconds) {
        try {
            String stat = Files.readString(task.resolve("stat"));
            int nameEnd = stat.lastIndexOf(')');
            String name = stat.substring(stat.indexOf('(') + 1, nameEnd);
            List<String> fields = List.of(stat.substring(nameEnd + 2).split(" "));
            double ticks =
                    Double.parseDouble(fields.get(UTIME)) + Double.parseDouble(fields.get(STIME));
            seconds.merge(stage(name), ticks / TICKS_PER_SECOND, Double::sum);
        } catch (IOException e) {
            // The thread ended meanwhile.
        }
    }

    private static String stage(String thread) {
        for (Map.Entry<String, String> stage : STAGES.entrySet()) {
            if (thread.startsWith(stage.getKey())) {
                return stage.getValue();
            }
        }
        return OTHER;
    }
}
