package io.omendb.embed.batch;

import io.omendb.ErrorCode;
import io.omendb.OmenException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Cuts calls into batches and has a few of them worked on at a time. Calls take turns, a batch
 * each, so that one text is not late because ten thousand came first. A call that does not fit is
 * refused at once. Safe for use by any thread; never blocks if the work does not.
 */
public final class BatchQueue implements AutoCloseable {

    /** What is done with one batch. */
    @FunctionalInterface
    public interface Work {
        /** Starts, and returns at once. */
        CompletionStage<List<float[]>> embed(List<String> texts);
    }

    /**
     * The bounds.
     *
     * @param batchSize texts of a batch at most
     * @param concurrent batches worked on at a time
     * @param textsMax texts that wait or are worked on; a call that is alone may have more
     */
    public record Bounds(int batchSize, int concurrent, int textsMax) {
        public Bounds {
            if (batchSize < 1 || concurrent < 1 || textsMax < 1) {
                throw new IllegalArgumentException(
                        "expected at least 1: " + batchSize + ", " + concurrent + ", " + textsMax);
            }
        }
    }

    private final String name;
    private final Bounds bounds;
    private final Work work;

    /** How often somebody wanted {@link #drain} done; whoever finds 0 does it for all. */
    private final AtomicInteger wanted = new AtomicInteger();

    // Guarded by this.
    private final Deque<Job> jobs = new ArrayDeque<>();
    private final Set<Job> unfinished = new HashSet<>();
    private int running;
    private int held;
    private boolean closed;

    /**
     * A queue without anything in it.
     *
     * @param name of the embedder, for messages
     */
    public BatchQueue(String name, Bounds bounds, Work work) {
        this.name = name;
        this.bounds = bounds;
        this.work = work;
    }

    /** One call: what it has got so far. Guarded by the queue. */
    private static final class Job {
        private final List<String> texts;
        private final float[][] vectors;
        private final List<CompletableFuture<?>> underWay = new ArrayList<>();
        private final CompletableFuture<List<float[]>> result = new CompletableFuture<>();
        private int next;
        private int missing;

        Job(List<String> texts) {
            this.texts = List.copyOf(texts);
            this.vectors = new float[texts.size()][];
            this.missing = texts.size();
        }
    }

    private record Turn(Job job, int from, List<String> texts) {}

    /**
     * Embeds texts.
     *
     * @return as {@link io.omendb.embed.Embedder#embed} has it; cancelling it drops what is left
     */
    public CompletableFuture<List<float[]>> submit(List<String> texts) {
        if (texts.isEmpty()) {
            return CompletableFuture.completedFuture(List.of());
        }
        Job job = new Job(texts);
        synchronized (this) {
            if (closed) {
                return CompletableFuture.failedFuture(closed());
            }
            if (held > 0 && held + texts.size() > bounds.textsMax) {
                return CompletableFuture.failedFuture(
                        new OmenException(
                                ErrorCode.OVERLOADED,
                                "Embedder "
                                        + name
                                        + " has as many texts waiting as it takes ("
                                        + bounds.textsMax
                                        + "); try again in a moment."));
            }
            held += texts.size();
            unfinished.add(job);
            jobs.add(job);
        }
        job.result.whenComplete((vectors, failure) -> ended(job));
        pump();
        return job.result;
    }

    /** Starts what may start. Not twice at a time: work that is done at once must not recurse. */
    private void pump() {
        if (wanted.getAndIncrement() != 0) {
            return;
        }
        int seen = 1;
        do {
            drain();
            seen = wanted.addAndGet(-seen);
        } while (seen != 0);
    }

    private void drain() {
        for (Turn turn = take(); turn != null; turn = take()) {
            start(turn);
        }
    }

    private synchronized @Nullable Turn take() {
        Job job = running < bounds.concurrent ? jobs.poll() : null;
        if (job == null) {
            return null;
        }
        int from = job.next;
        job.next = Math.min(job.texts.size(), from + bounds.batchSize);
        if (job.next < job.texts.size()) {
            jobs.addLast(job);
        }
        running++;
        return new Turn(job, from, job.texts.subList(from, job.next));
    }

    private void start(Turn turn) {
        CompletionStage<List<float[]>> stage;
        try {
            stage = work.embed(turn.texts);
        } catch (RuntimeException e) {
            stage = CompletableFuture.failedFuture(e);
        }
        CompletableFuture<List<float[]>> future = stage.toCompletableFuture();
        synchronized (this) {
            turn.job.underWay.add(future);
        }
        if (turn.job.result.isDone()) {
            future.cancel(true);
        }
        future.whenComplete((vectors, failure) -> arrived(turn, future, vectors, failure));
    }

    private void arrived(
            Turn turn,
            CompletableFuture<?> future,
            @Nullable List<float[]> vectors,
            @Nullable Throwable failure) {
        Job job = turn.job;
        boolean whole = false;
        synchronized (this) {
            running--;
            held -= turn.texts.size();
            job.underWay.remove(future);
            if (vectors != null && vectors.size() == turn.texts.size()) {
                for (int i = 0; i < vectors.size(); i++) {
                    job.vectors[turn.from + i] = vectors.get(i);
                }
                job.missing -= vectors.size();
                whole = job.missing == 0;
            }
        }
        if (failure != null) {
            job.result.completeExceptionally(cause(failure));
        } else if (vectors == null || vectors.size() != turn.texts.size()) {
            job.result.completeExceptionally(wrongCount(turn, vectors));
        } else if (whole) {
            job.result.complete(Collections.unmodifiableList(Arrays.asList(job.vectors)));
        }
        pump();
    }

    /** However it ended: what has not begun never will. */
    private void ended(Job job) {
        List<CompletableFuture<?>> left;
        synchronized (this) {
            unfinished.remove(job);
            if (jobs.remove(job)) {
                held -= job.texts.size() - job.next;
            }
            left = List.copyOf(job.underWay);
        }
        left.forEach(future -> future.cancel(true));
    }

    private OmenException wrongCount(Turn turn, @Nullable List<float[]> vectors) {
        return new OmenException(
                ErrorCode.UNAVAILABLE,
                "Embedder "
                        + name
                        + " gave "
                        + (vectors == null ? 0 : vectors.size())
                        + " vectors for "
                        + turn.texts.size()
                        + " texts.");
    }

    private static Throwable cause(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null
                ? failure.getCause()
                : failure;
    }

    private OmenException closed() {
        return new OmenException(ErrorCode.UNAVAILABLE, "Embedder " + name + " is closed.");
    }

    /** Texts that wait or are worked on. */
    public synchronized int held() {
        return held;
    }

    @Override
    public void close() {
        List<Job> left;
        synchronized (this) {
            closed = true;
            left = List.copyOf(unfinished);
        }
        left.forEach(job -> job.result.completeExceptionally(closed()));
    }
}
