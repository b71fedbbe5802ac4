package io.omendb.cli.processors;

import io.omendb.cli.processors.Separation.Observed;
import io.omendb.gateway.Gateway;
import io.omendb.gateway.shards.SearchPlaces.Counts;
import io.omendb.index.background.OwnThreads;
import io.omendb.index.background.Processors;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
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
 * <p>Needs Linux, {@code taskset} and {@code renice} (util-linux) and two processors at least;
 * without, nothing happens. It takes no rights to move one's own threads, either way. Compilers get
 * a smaller share of their processors as well, which without rights cannot be undone: they keep it.
 * There is one layout in a process at a time.
 */
public final class ProcessorLayout implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ProcessorLayout.class);
    private static final long TICK_MS = 250;
    private static final int TICKS_A_LISTING = 20;
    private static final long COMMAND_SECONDS = 5;
    private static final int RESTORE_TRIES = 3;
    private static final long CLOSE_MS = 30_000;

    /** The job's tasks and the thread that fetches for them, by Flink's names for them. */
    private static final List<String> INGESTS = List.of("Source", "vectors");

    /** The broker's that take and give rows. */
    private static final List<String> SERVES = List.of("data-plane");

    /** While these work all others stand still, or wait to. */
    private static final List<String> ANYWHERE = List.of("GC Thread", "G1 ", "VM Thread");

    /** Work for milliseconds, and are the only ones here that a query thread does not displace. */
    private static final List<String> COMPILERS = List.of("C1 Compiler", "C2 Compiler");

    private static final int COMPILERS_NICE = 10;

    /** Of the process, while no layout has changed it. */
    private static final Processors ALL = Processors.allowed();

    private static final AtomicBoolean STARTED = new AtomicBoolean();

    private final long self = ProcessHandle.current().pid();
    private final long broker;
    private final OwnThreads threads = new OwnThreads(self);
    private final Supplier<Counts> searches;
    private final Separation separation = new Separation();
    private final BusyThreads ingest;
    private final BusyThreads serving;
    private final Thread thread;

    /** What threads there were when they were last put in their places; empty while they share. */
    private Set<Integer> placed = Set.of();

    private ProcessorLayout(long broker, Supplier<Counts> searches) {
        this.broker = broker;
        this.searches = searches;
        this.ingest = new BusyThreads(threads, INGESTS);
        this.serving = new BusyThreads(new OwnThreads(broker), SERVES);
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
        ProcessorLayout layout = new ProcessorLayout(broker, searches);
        boolean several = Math.min(ALL.count(), Runtime.getRuntime().availableProcessors()) > 1;
        if (several && STARTED.compareAndSet(false, true)) {
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
            STARTED.set(false);
        }
    }

    private void watch() throws IOException, InterruptedException {
        Counts before = searches.get();
        long time = System.nanoTime();
        for (int tick = 0; ; tick++) {
            if (tick % TICKS_A_LISTING == 0) {
                // A job that was started again has other threads, and so has a busier gateway.
                ingest.list();
                serving.list();
                placeAgain();
            }
            TimeUnit.MILLISECONDS.sleep(TICK_MS);
            Counts now = searches.get();
            long timeNow = System.nanoTime();
            boolean apart =
                    separation.decide(
                            new Observed(
                                    (timeNow - time) / 1e9,
                                    now.spread() - before.spread(),
                                    now.others() - before.others(),
                                    Math.max(busiest(ingest, timeNow - time), serving.busiest())
                                            / 1e9));
            before = now;
            time = timeNow;
            if (apart != !placed.isEmpty()) {
                if (apart) {
                    place();
                } else {
                    command(share());
                    placed = Set.of();
                }
                LOG.debug("searches and ingestion {} processors", apart ? "part" : "share");
            }
        }
    }

    /** A job that is not there, or is just starting, may well have much to catch up with. */
    private static double busiest(BusyThreads ingest, long nanos) throws IOException {
        double busiest = ingest.busiest();
        return ingest.isComplete() ? busiest : nanos;
    }

    /** Threads that came since run where those that started them do. */
    private void placeAgain() throws IOException, InterruptedException {
        if (!placed.isEmpty() && !placed.containsAll(threads.all())) {
            place();
        }
    }

    private void place() throws IOException, InterruptedException {
        Set<Integer> there = threads.all();
        placed = new HashSet<>(there);
        command(separate());
    }

    private List<String> separate() throws IOException {
        List<String> commands = new ArrayList<>();
        commands.add(all(ALL.secondHalf(), self));
        for (int loop : threads.named(List.of(Gateway.LOOPS))) {
            commands.add("taskset -c -p " + ALL.firstHalf() + " " + loop);
        }
        for (int anywhere : threads.named(ANYWHERE)) {
            commands.add("taskset -c -p " + ALL + " " + anywhere);
        }
        commands.addAll(compilers(COMPILERS_NICE));
        commands.add(all(ALL.secondHalf(), broker));
        return commands;
    }

    private List<String> share() throws IOException {
        List<String> commands = new ArrayList<>();
        commands.add(all(ALL, self));
        // What threads that had not had their turn have started meanwhile.
        commands.add(all(ALL, self));
        commands.add(all(ALL, broker));
        commands.addAll(compilers(0));
        return commands;
    }

    private List<String> compilers(int nice) throws IOException {
        return threads.named(COMPILERS).stream()
                .map(compiler -> "renice -n " + nice + " -p " + compiler)
                .toList();
    }

    private static String all(Processors where, long process) {
        return "taskset -a -c -p " + where + " " + process;
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
            shell.descendants().forEach(ProcessHandle::destroyForcibly);
            shell.destroyForcibly().onExit().join();
        }
    }

    private void restore() {
        for (int i = 0; i < RESTORE_TRIES && !placed.isEmpty(); i++) {
            try {
                command(share());
                placed = Set.of();
            } catch (IOException e) {
                LOG.warn("threads keep to some processors: {}", e.toString());
            } catch (InterruptedException e) {
                // It was asked to end already.
                LOG.debug("interrupted again");
            }
        }
    }

    /** Stops, and lets all threads run everywhere again. */
    @Override
    public void close() throws InterruptedException {
        thread.interrupt();
        thread.join(CLOSE_MS);
    }
}
