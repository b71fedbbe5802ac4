package io.omendb.gateway.chroma;

import com.linecorp.armeria.common.HttpResponse;
import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.gateway.http.Call;
import io.omendb.gateway.http.Route;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The threads that work on Chroma's requests. These wait for shards and for each other, and may
 * read whole collections, each for as long as a minute: the gateway's other requests are not to
 * wait for them. What finds no place in a short line is refused. Safe for use by any thread.
 */
final class ChromaThreads implements AutoCloseable {
    static final int THREADS = 16;
    static final int WAITING_MAX = 128;
    private static final int IDLE_SECONDS = 30;

    private final ThreadPoolExecutor threads;

    private ChromaThreads(ThreadPoolExecutor threads) {
        this.threads = threads;
    }

    /** None is started before there is something to do, and none is kept for long without it. */
    static ChromaThreads open() {
        AtomicInteger number = new AtomicInteger();
        ThreadPoolExecutor threads =
                new ThreadPoolExecutor(
                        THREADS,
                        THREADS,
                        IDLE_SECONDS,
                        TimeUnit.SECONDS,
                        new ArrayBlockingQueue<>(WAITING_MAX),
                        task -> {
                            Thread thread =
                                    new Thread(
                                            task,
                                            "omen-gateway-chroma-" + number.getAndIncrement());
                            thread.setDaemon(true);
                            return thread;
                        });
        threads.allowCoreThreadTimeOut(true);
        return new ChromaThreads(threads);
    }

    /** The same route; what it does that waits or is long, it does on these threads. */
    Route working(Route route) {
        return route.work() == Route.Work.BLOCKING
                ? route.answering(call -> answer(route, call))
                : route;
    }

    private CompletableFuture<HttpResponse> answer(Route route, Call call) {
        Work work = new Work(route, call, new CompletableFuture<>());
        if (!isTaken(work) && !(letGo() && isTaken(work))) {
            return CompletableFuture.completedFuture(
                    ChromaErrors.response(
                            route.path(),
                            new OmenException(
                                    ErrorCode.OVERLOADED,
                                    "The gateway is working on as many requests of Chroma's"
                                            + " interface as it takes ("
                                            + THREADS
                                            + ", and "
                                            + WAITING_MAX
                                            + " that wait); try again in a moment.")));
        }
        return work.answer;
    }

    private boolean isTaken(Work work) {
        try {
            threads.execute(work);
            return true;
        } catch (RejectedExecutionException e) {
            return false;
        }
    }

    /** Makes room of those whose clients gave up while they waited; says whether there were any. */
    private boolean letGo() {
        return threads.getQueue()
                .removeIf(task -> task instanceof Work waiting && waiting.leaves());
    }

    /** A request that waits, or is worked on. */
    private record Work(Route route, Call call, CompletableFuture<HttpResponse> answer)
            implements Runnable {

        @Override
        public void run() {
            if (leaves()) {
                return;
            }
            try {
                route.endpoint()
                        .answer(call)
                        .whenComplete(
                                (response, failure) -> {
                                    if (failure == null) {
                                        answer.complete(response);
                                    } else {
                                        answer.completeExceptionally(failure);
                                    }
                                });
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                answer.completeExceptionally(e);
            } catch (RuntimeException e) {
                answer.completeExceptionally(e);
            }
        }

        /** Whether nobody waits for the answer any more, which then is there. */
        private boolean leaves() {
            boolean gone = call.asked().gone().hasHappened();
            if (gone) {
                answer.completeExceptionally(
                        new OmenException(
                                ErrorCode.UNAVAILABLE, "Whoever asked went away while it waited."));
            }
            return gone;
        }
    }

    /** Interrupts what is under way; what waits is not begun. */
    @Override
    public void close() {
        threads.shutdownNow();
    }
}
