package io.omendb.gateway.shards;

import com.google.common.util.concurrent.Futures;
import com.google.common.util.concurrent.ListenableFuture;
import com.google.common.util.concurrent.MoreExecutors;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.gateway.shards.Gathered.Answer;
import io.omendb.protocol.ErrorTrailers;
import io.omendb.protocol.ShardAddress;
import io.omendb.protocol.ShardDirectory;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Answers on their way in. Each shard has a slot, which is written once; whoever is last reads them
 * all, which the counter makes visible.
 */
final class Gathering<T> {
    private static final String TOO_LATE = "the time allowed has passed.";

    private final List<ShardAddress> shards;
    private final int total;
    private final boolean allowPartial;
    private final ShardDirectory directory;
    private final Unreachable unreachable;
    private final AtomicReferenceArray<Object> outcomes;
    private final AtomicInteger missing;
    private final AtomicReferenceArray<@Nullable ListenableFuture<T>> answers;
    private volatile boolean cancelled;
    private final CompletableFuture<Gathered<T>> result = new CompletableFuture<>();

    Gathering(
            List<ShardAddress> shards,
            int total,
            boolean allowPartial,
            ShardDirectory directory,
            Unreachable unreachable) {
        this.shards = shards;
        this.total = total;
        this.allowPartial = allowPartial;
        this.directory = directory;
        this.unreachable = unreachable;
        this.outcomes = new AtomicReferenceArray<>(shards.size());
        this.missing = new AtomicInteger(shards.size());
        this.answers = new AtomicReferenceArray<>(shards.size());
    }

    CompletableFuture<Gathered<T>> result() {
        return result;
    }

    /** To be called by one thread alone. */
    void expect(int shard, ListenableFuture<T> answer) {
        answers.set(shard, answer);
        answer.addListener(() -> arrived(shard, answer), MoreExecutors.directExecutor());
        if (cancelled) {
            answer.cancel(true);
        }
    }

    /**
     * Cancels the calls, those that are still to be made too. Of no effect on what was answered.
     */
    void cancel() {
        cancelled = true;
        for (int i = 0; i < answers.length(); i++) {
            ListenableFuture<T> answer = answers.get(i);
            if (answer != null) {
                answer.cancel(true);
            }
        }
    }

    /** Goes without the answers that are not there yet. */
    void expire() {
        for (int i = 0; i < outcomes.length(); i++) {
            settle(i, new OmenException(ErrorCode.UNAVAILABLE, where(shards.get(i)) + TOO_LATE));
        }
    }

    private void arrived(int shard, ListenableFuture<T> answer) {
        Object outcome;
        try {
            T value = Objects.requireNonNull(Futures.getDone(answer));
            outcome = new Answer<>(shards.get(shard), value);
        } catch (ExecutionException e) {
            OmenException failure = failure(shards.get(shard), e);
            outcome = failure;
            if (failure.code() == ErrorCode.OVERLOADED && !allowPartial) {
                // The others are likely as busy: what they do for nothing makes others wait.
                result.completeExceptionally(failure);
            }
        } catch (CancellationException e) {
            outcome = abandoned();
        }
        settle(shard, outcome);
    }

    /** What came first counts. */
    private void settle(int shard, Object outcome) {
        if (outcomes.compareAndSet(shard, null, outcome) && missing.decrementAndGet() == 0) {
            decide();
        }
    }

    /** What nobody hears: whoever asked has gone. */
    static OmenException abandoned() {
        return new OmenException(
                ErrorCode.UNAVAILABLE, "Whoever asked went away before there was an answer.");
    }

    private OmenException failure(ShardAddress shard, ExecutionException e) {
        if (!(e.getCause() instanceof StatusRuntimeException status)) {
            return new OmenException(ErrorCode.INTERNAL, where(shard) + e.getCause(), e);
        }
        if (status.getStatus().getCode() == Status.Code.DEADLINE_EXCEEDED) {
            // What the library says of it is about itself.
            return new OmenException(ErrorCode.UNAVAILABLE, where(shard) + TOO_LATE, status);
        }
        if (status.getStatus().getCode() == Status.Code.UNAVAILABLE) {
            directory.reportUnreachable(shard);
        }
        OmenException error = ErrorTrailers.fromStatus(status);
        if (isRefusal(error.code())) {
            return error;
        }
        // The gateway knows the collection, so the shard merely does not know it yet.
        ErrorCode code = error.code() == ErrorCode.NOT_FOUND ? ErrorCode.UNAVAILABLE : error.code();
        String reason = unreachable.reason(status);
        return new OmenException(
                code, where(shard) + (reason == null ? error.getMessage() : reason), error);
    }

    @SuppressWarnings("unchecked") // only arrived() writes answers
    private void decide() {
        List<Answer<T>> answers = new ArrayList<>();
        List<OmenException> failures = new ArrayList<>();
        for (int i = 0; i < outcomes.length(); i++) {
            Object outcome = outcomes.get(i);
            if (outcome instanceof OmenException failure) {
                failures.add(failure);
            } else {
                answers.add((Answer<T>) outcome);
            }
        }
        for (OmenException failure : failures) {
            if (isRefusal(failure.code())) {
                result.completeExceptionally(failure);
                return;
            }
        }
        if (!failures.isEmpty() && (!allowPartial || answers.isEmpty())) {
            result.completeExceptionally(failures.get(0));
            return;
        }
        result.complete(new Gathered<>(answers, total));
    }

    /** Whether the request itself is at fault, so that every shard says the same. */
    private static boolean isRefusal(ErrorCode code) {
        return code == ErrorCode.MALFORMED
                || code == ErrorCode.INVALID
                || code == ErrorCode.TOO_LARGE;
    }

    private static String where(ShardAddress shard) {
        return "Shard " + shard.subtask() + " at " + shard.target() + " did not answer: ";
    }
}
