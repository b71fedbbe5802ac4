package io.omendb.client;

import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/** Waits for answers. */
final class Blocking {
    private Blocking() {}

    /**
     * The answer.
     *
     * @throws OmenClientException if there is none; INTERRUPTED if the thread is, in which case the
     *     call is given up and the thread stays interrupted
     */
    static <T> T await(CompletableFuture<T> answer) {
        try {
            return answer.get();
        } catch (InterruptedException e) {
            answer.cancel(true);
            Thread.currentThread().interrupt();
            throw OmenClientException.interrupted(e);
        } catch (CancellationException e) {
            throw OmenClientException.closed("the call");
        } catch (ExecutionException e) {
            if (e.getCause() instanceof OmenClientException known) {
                throw known.rethrown();
            }
            throw new IllegalStateException("a defect of the client", e.getCause());
        }
    }
}
