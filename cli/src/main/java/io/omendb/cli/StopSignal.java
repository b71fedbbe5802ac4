package io.omendb.cli;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Asks for an end when the process is told to stop, and holds the process up until {@link #close}:
 * everything is put away in order first.
 */
final class StopSignal implements AutoCloseable {
    private final CountDownLatch asked = new CountDownLatch(1);
    private final CountDownLatch done = new CountDownLatch(1);

    private StopSignal() {}

    static StopSignal install() {
        StopSignal signal = new StopSignal();
        Runtime.getRuntime().addShutdownHook(new Thread(signal::stop, "omen-stop"));
        return signal;
    }

    private void stop() {
        asked.countDown();
        try {
            done.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    boolean isAsked() {
        return asked.getCount() == 0;
    }

    void await() throws InterruptedException {
        asked.await();
    }

    /** Whether it is asked for within some milliseconds. */
    boolean await(long ms) throws InterruptedException {
        return asked.await(ms, TimeUnit.MILLISECONDS);
    }

    @Override
    public void close() {
        done.countDown();
    }
}
