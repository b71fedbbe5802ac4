package io.omendb.cli.processors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.omendb.gateway.Gateway;
import io.omendb.gateway.shards.SearchPlaces.Counts;
import io.omendb.index.background.OwnThreads;
import io.omendb.index.background.Processors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ProcessorLayoutTest {
    private static final long SOON_NANOS = TimeUnit.SECONDS.toNanos(20);
    private static final long POLL_MS = 20;
    private static final OwnThreads OWN = new OwnThreads(ProcessHandle.current().pid());

    @Test
    void whileThereAreSearches_loopsAndTheRestPart_andShareAgainAtTheEnd() throws Exception {
        Processors all = Processors.allowed();
        assumeTrue(all.count() > 1, "needs Linux and two processors");
        assumeTrue(Files.exists(Path.of("/usr/bin/taskset")), "needs taskset");
        AtomicLong searches = new AtomicLong();
        CountDownLatch end = new CountDownLatch(1);
        Process broker = new ProcessBuilder("sleep", "600").start();
        Thread loop = started(Gateway.LOOPS + "-9-1", end);
        Thread task = started("vectors (9/9)#0", end);
        try (ProcessorLayout layout =
                ProcessorLayout.start(broker.pid(), () -> new Counts(searches.addAndGet(100), 0))) {
            awaitPassing(
                    () -> {
                        assertThat(allowed(loop.getName())).isEqualTo(all.firstHalf());
                        assertThat(allowed(task.getName())).isEqualTo(all.secondHalf());
                        assertThat(allowed(broker.pid())).isEqualTo(all.secondHalf());
                    });
            layout.close();

            assertThat(allowed(loop.getName())).isEqualTo(all);
            assertThat(allowed(task.getName())).isEqualTo(all);
            assertThat(allowed(broker.pid())).isEqualTo(all);
        } finally {
            end.countDown();
            broker.destroyForcibly();
        }
    }

    @Test
    void busyTime_isThatOfTheThreadsAskedFor() throws Exception {
        assumeTrue(Files.exists(Path.of("/proc/self/schedstat")), "needs Linux's counts");
        CountDownLatch end = new CountDownLatch(1);
        started("Source-test-only", end);
        try {
            awaitPassing(
                    () -> {
                        List<Integer> found = OWN.named(List.of("Source-test-only"));
                        assertThat(found).hasSize(1);
                        assertThat(OWN.busyNanos(found).get(found.get(0))).isPositive();
                    });
            assertThat(OWN.busyNanos(List.of(Integer.MAX_VALUE))).isEmpty();
            BusyThreads busy = new BusyThreads(OWN, List.of("Source-test-only"));
            assertThat(busy.isComplete()).isFalse();
            busy.list();
            assertThat(busy.isComplete()).isTrue();
            assertThat(busy.busiest()).isLessThan(SOON_NANOS);
        } finally {
            end.countDown();
        }
    }

    private interface Assertions {
        void check() throws IOException;
    }

    private static void awaitPassing(Assertions assertions) throws Exception {
        long end = System.nanoTime() + SOON_NANOS;
        while (true) {
            try {
                assertions.check();
                return;
            } catch (AssertionError e) {
                if (System.nanoTime() > end) {
                    throw e;
                }
                TimeUnit.MILLISECONDS.sleep(POLL_MS);
            }
        }
    }

    private static Thread started(String name, CountDownLatch end) {
        Thread thread =
                new Thread(
                        () -> {
                            try {
                                end.await();
                            } catch (InterruptedException e) {
                                Thread.currentThread().interrupt();
                            }
                        },
                        name);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    private static Processors allowed(String thread) throws IOException {
        List<Integer> found = OWN.named(List.of(thread));
        assertThat(found).as(thread).hasSize(1);
        return allowed(found.get(0));
    }

    /** Of a thread by its number, or of a process by that of its first. */
    private static Processors allowed(long thread) throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/" + thread + "/status"))) {
            if (line.startsWith("Cpus_allowed_list:")) {
                return Processors.parse(line.substring(line.indexOf(':') + 1));
            }
        }
        throw new AssertionError("no list for " + thread);
    }
}
