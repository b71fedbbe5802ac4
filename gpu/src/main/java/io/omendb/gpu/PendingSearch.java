package io.omendb.gpu;

import io.omendb.index.device.DeviceException;
import io.omendb.index.device.DeviceSearch;
import io.omendb.index.device.Ranking;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** An answer to come. Written once by the search thread, read by the thread that waits for it. */
final class PendingSearch implements DeviceSearch {
    private static final long SECONDS_MAX = 60;

    private final CountDownLatch done = new CountDownLatch(1);
    private @Nullable Ranking ranking;
    private @Nullable DeviceException failure;

    void answer(Ranking found) {
        ranking = found;
        done.countDown();
    }

    void fail(DeviceException why) {
        failure = why;
        done.countDown();
    }

    @Override
    public Ranking await() throws DeviceException {
        try {
            if (!done.await(SECONDS_MAX, TimeUnit.SECONDS)) {
                throw new DeviceException("no answer in " + SECONDS_MAX + " s");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new DeviceException("interrupted", e);
        }
        if (ranking == null) {
            throw failure == null ? new DeviceException("no answer") : failure;
        }
        return ranking;
    }
}
