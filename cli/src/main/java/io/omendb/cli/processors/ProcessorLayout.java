package io.omendb.cli.processors;

import io.omendb.cli.processors.Separation.Observed;
import io.omendb.gateway.Gateway;
import io.omendb.gateway.shards.SearchPlaces.Counts;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps searches and ingestion out of each other's way where a broker, Flink and the gateway share
 * one machine: while {@link Separation} says so, event loops run on the first half of the
 * processors, and all else of this process and of the broker on the second, with the query threads
 * that event loops have do a part of their searches.
 *
 * <p>Left alone, Linux puts a thread that is woken where it ran last or where its waker runs, and
 * on a machine that is half busy does not look for a processor that is free. So the two threads of
 * a search took turns on one processor, behind the broker's or a compiler, while the other had
 * nothing to do.
 *
 * <p>Needs Linux, {@code taskset} (util-linux) and two processors at least; without, nothing
 * happens. It takes no rights to move one's own threads, either way.
 */
public final class ProcessorLayout implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ProcessorLayout.class);
    private static final long TICK_MS = 250;
    private static final int TICKS_A_LISTING = 20;
    private static final long COMMAND_SECONDS = 5;
    private static final long CLOSE_MS = 10_000;

    /** The job's tasks and the thread that fetches for them, by Flink's names for them. */
    private static final List<String> INGESTS = List.of("Source", "vectors");

    /** While these work all others stand still, or wait to. */
    private static final List<String> ANYWHERE = List.of("GC Thread", "G1 ", "VM Thread");

    /** Work for milliseconds, and are the only ones here that a query thread does not displace. */
    private static final List<String> COMPILERS = List.of("C1 Compiler", "C2 Compiler");

    private static final int COMPILERS_NICE = 10;

    private final long broker;
    private final Supplier<Counts> searches;
    private final Processors all;
    private final Separation separation;
    private final Thread thread;
    private boolean apart;

    private ProcessorLayout(long broker, Supplier<Counts> searches, Processors all) {
        this.broker = broker;
        this.searches = searches;
        this.all = all;
        this.separation = new Separation();
        this.thread = new Thread(this::run, "omen-processors");
        thread.setDaemon(true);
    }

    /**
     * Starts watching.
     *
     * @param broker process id of the broker
     * @param searches how many there were so far, and who made them
     */
    public static ProcessorLayout start(long broker, Supplier<Counts> searches) {
        ProcessorLayout layout = new ProcessorLayout(broker, searches, Processors.allowed());
        if (layout.all.count() > 1) {
            layout.thread.start();
        }
        return layout;
    }

    private void run() {
        try {
            watch();
        } catch (IOException e) {
            LOG.info("searches and ingestion share all processors: {}", e.toString());
        } catch (InterruptedException e) {
            // Closed.
        } finally {
            Thread.interrupted();
            restore();
        }
    }

    private void watch() throws IOException, InterruptedException {
        List<Integer> ingest = List.of();
        Map<Integer, Long> busy = Map.of();
        Counts before = searches.get();
        long time = System.nanoTime();
        for (int tick = 0; ; tick++) {
            if (tick % TICKS_A_LISTING == 0) {
                // A job that was started again has other threads.
                ingest = OwnThreads.named(INGESTS);
                busy = OwnThreads.busyNanos(ingest);
            }
            TimeUnit.MILLISECONDS.sleep(TICK_MS);
            Map<Integer, Long> busyNow = OwnThreads.busyNanos(ingest);
            Counts now = searches.get();
            long timeNow = System.nanoTime();
            boolean wanted =
                    separation.decide(
                            new Observed(
                                    (timeNow - time) / 1e9,
                                    now.spread() - before.spread(),
                                    now.others() - before.others(),
                                    busiest(busy, busyNow) / 1e9));
            busy = busyNow;
            before = now;
            time = timeNow;
            if (wanted != apart) {
                apart = true;
                command(wanted ? separate() : share());
                apart = wanted;
                LOG.debug("searches and ingestion {} processors", wanted ? "part" : "share");
            }
        }
    }

    private static long busiest(Map<Integer, Long> before, Map<Integer, Long> now) {
        long most = 0;
        for (Map.Entry<Integer, Long> thread : now.entrySet()) {
            Long since = before.get(thread.getKey());
            most = since == null ? most : Math.max(most, thread.getValue() - since);
        }
        return most;
    }

    private List<String> separate() throws IOException {
        List<String> commands = new ArrayList<>();
        long self = ProcessHandle.current().pid();
        commands.add(all(all.secondHalf(), self));
        for (int thread : OwnThreads.named(List.of(Gateway.LOOPS))) {
            commands.add(one(all.firstHalf(), thread));
        }
        for (int thread : OwnThreads.named(ANYWHERE)) {
            commands.add(one(all, thread));
        }
        commands.addAll(compilers(COMPILERS_NICE));
        commands.add(all(all.secondHalf(), broker));
        return commands;
    }

    private List<String> share() throws IOException {
        List<String> commands = new ArrayList<>();
        commands.add(all(all, ProcessHandle.current().pid()));
        commands.add(all(all, broker));
        // Takes rights that few have; without, they keep what they got.
        commands.addAll(compilers(0));
        return commands;
    }

    private static List<String> compilers(int nice) throws IOException {
        return OwnThreads.named(COMPILERS).stream()
                .map(thread -> "renice -n " + nice + " -p " + thread)
                .toList();
    }

    private static String all(Processors where, long process) {
        return "taskset -a -c -p " + where + " " + process;
    }

    private static String one(Processors where, int thread) {
        return "taskset -c -p " + where + " " + thread;
    }

    /** Threads may end meanwhile, so what fails is not told from what is no longer there. */
    private static void command(List<String> commands) throws IOException, InterruptedException {
        Process shell =
                new ProcessBuilder(
                                "sh",
                                "-c",
                                "taskset -V || exit 1; " + String.join("; ", commands) + "; true")
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start();
        try {
            if (!shell.waitFor(COMMAND_SECONDS, TimeUnit.SECONDS) || shell.exitValue() != 0) {
                throw new IOException("taskset of util-linux does not work here");
            }
        } finally {
            shell.destroyForcibly();
        }
    }

    private void restore() {
        if (!apart) {
            return;
        }
        try {
            command(share());
        } catch (IOException | InterruptedException e) {
            LOG.warn("threads keep to some processors: {}", e.toString());
        }
    }

    /** Stops, and lets all threads run everywhere again. */
    @Override
    public void close() throws InterruptedException {
        thread.interrupt();
        thread.join(CLOSE_MS);
    }
}
