package io.omendb.gpu;

import io.omendb.index.device.DeviceException;
import io.omendb.index.device.DeviceSearch;
import io.omendb.index.device.Ranking;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** An answer to come. The first answer or failure counts. Safe for use by any thread. */
final class PendingSearch implements DeviceSearch {
    private static final long SECONDS_MAX = 60;

    private final CompletableFuture<Ranking> answer = new CompletableFuture<>();

    void answer(Ranking found) {
        answer.complete(found);
    }

    /** True if nothing was said before. */
    boolean fail(DeviceException why) {
        return answer.completeExceptionally(why);
    }

    @Override
    public Ranking await() throws DeviceException {
        try {
            return answer.get(SECONDS_MAX, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new DeviceException("interrupted", e);
        } catch (TimeoutException e) {
            throw new DeviceException("no answer in " + SECONDS_MAX + " s", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof DeviceException why) {
                throw why;
            }
            throw new DeviceException("the search failed: " + e.getCause(), e);
        }
    }
}
