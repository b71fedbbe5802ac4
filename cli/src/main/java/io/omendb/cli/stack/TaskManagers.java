package io.omendb.cli.stack;

import io.omendb.OmenException;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a number of TaskManager processes running; the thread {@code omen-taskmanagers} watches.
 */
final class TaskManagers implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(TaskManagers.class);
    private static final long WATCH_MS = 200;
    private static final long RESTART_PAUSE_MS = 1_000;

    private final FlinkChild[] processes;
    private final IntFunction<FlinkChild> starter;
    private final Thread watcher = new Thread(this::watch, "omen-taskmanagers");
    private boolean closed;
    private int endings;

    private TaskManagers(int count, IntFunction<FlinkChild> starter) {
        this.processes = new FlinkChild[count];
        this.starter = starter;
    }

    /**
     * Starts them.
     *
     * @param starter starts the one with a number, counted from 1
     */
    static TaskManagers start(int count, IntFunction<FlinkChild> starter) {
        TaskManagers all = new TaskManagers(count, starter);
        try {
            for (int i = 0; i < count; i++) {
                all.processes[i] = starter.apply(i + 1);
            }
        } catch (RuntimeException e) {
            all.close();
            throw e;
        }
        all.watcher.setDaemon(true);
        all.watcher.start();
        return all;
    }

    private void watch() {
        try {
            while (true) {
                TimeUnit.MILLISECONDS.sleep(WATCH_MS);
                if (replaceEnded()) {
                    TimeUnit.MILLISECONDS.sleep(RESTART_PAUSE_MS);
                }
            }
        } catch (InterruptedException e) {
            // Only close() interrupts this thread.
        }
    }

    private synchronized boolean replaceEnded() {
        boolean replaced = false;
        for (int i = 0; i < processes.length && !closed; i++) {
            if (!processes[i].isAlive()) {
                LOG.error("TaskManager {} ended and is started again", i + 1);
                endings++;
                replaced = true;
                try {
                    processes[i] = starter.apply(i + 1);
                } catch (OmenException e) {
                    LOG.error("TaskManager {} is tried again in a moment", i + 1, e);
                }
            }
        }
        return replaced;
    }

    /** How often one ended that should not have. */
    synchronized int endings() {
        return endings;
    }

    synchronized String lastWords() {
        return processes[0].lastWords();
    }

    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            watcher.interrupt();
            for (FlinkChild process : processes) {
                if (process != null) {
                    process.close();
                }
            }
        }
    }
}
