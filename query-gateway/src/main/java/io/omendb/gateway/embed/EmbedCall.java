package io.omendb.gateway.embed;

import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.embed.Embedder;
import io.omendb.gateway.shards.Deadline;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One call of an embedder, which may be anybody's: whatever it does, the call ends in time, with
 * vectors that are what they should be or with an error that names the embedder.
 */
final class EmbedCall {
    private static final Logger LOG = LoggerFactory.getLogger(EmbedCall.class);

    private final String name;
    private final Embedder embedder;
    private final int texts;
    private final Deadline deadline;

    private EmbedCall(String name, Embedder embedder, int texts, Deadline deadline) {
        this.name = name;
        this.embedder = embedder;
        this.texts = texts;
        this.deadline = deadline;
    }

    static CompletableFuture<List<float[]>> start(
            String name, Embedder embedder, List<String> texts, Deadline deadline) {
        return new EmbedCall(name, embedder, texts.size(), deadline).start(texts);
    }

    private CompletableFuture<List<float[]>> start(List<String> list) {
        if (deadline.gone().hasHappened()) {
            return CompletableFuture.failedFuture(abandoned());
        }
        CompletionStage<List<float[]>> stage;
        try {
            stage = embedder.embed(list);
        } catch (RuntimeException | LinkageError e) {
            return CompletableFuture.failedFuture(error(e));
        }
        CompletableFuture<List<float[]>> vectors = new CompletableFuture<>();
        stage.whenComplete(
                (made, failure) -> {
                    if (failure != null) {
                        vectors.completeExceptionally(failure);
                    } else {
                        vectors.complete(made);
                    }
                });
        if (!vectors.isDone()) {
            vectors.orTimeout(Math.max(1, deadline.leftMs()), TimeUnit.MILLISECONDS);
            Runnable abandon = () -> vectors.completeExceptionally(abandoned());
            deadline.gone().watch(abandon);
            vectors.whenComplete((made, failure) -> deadline.gone().forget(abandon));
        }
        return vectors.handle(
                (made, failure) -> {
                    if (failure != null) {
                        stop(stage);
                        throw error(failure);
                    }
                    check(made);
                    return made;
                });
    }

    /** Nobody waits any more. */
    private static void stop(CompletionStage<?> stage) {
        try {
            stage.toCompletableFuture().cancel(true);
        } catch (UnsupportedOperationException e) {
            LOG.debug("an embedder whose work cannot be cancelled", e);
        }
    }

    private void check(@Nullable List<float[]> made) {
        if (made == null || made.size() != texts) {
            throw useless((made == null ? "no" : made.size()) + " vectors for " + texts + " texts");
        }
        for (float[] vector : made) {
            if (vector == null || vector.length != embedder.dimension()) {
                throw useless(
                        "a vector of "
                                + (vector == null ? 0 : vector.length)
                                + " components, not its dimension "
                                + embedder.dimension());
            }
            for (float component : vector) {
                if (!Float.isFinite(component)) {
                    throw useless("a vector with a component " + component);
                }
            }
        }
    }

    private OmenException useless(String found) {
        return new OmenException(
                ErrorCode.UNAVAILABLE, "Embedder " + name + " gave " + found + ".");
    }

    private OmenException error(Throwable failure) {
        Throwable cause = failure;
        while (cause instanceof CompletionException && cause.getCause() != null) {
            cause = cause.getCause();
        }
        if (cause instanceof TimeoutException) {
            return new OmenException(
                    ErrorCode.TIMEOUT,
                    "Embedder "
                            + name
                            + " was not done within the "
                            + deadline.timeoutMs()
                            + " ms of the request.");
        }
        if (cause instanceof CancellationException) {
            return new OmenException(
                    ErrorCode.UNAVAILABLE, "Embedder " + name + " was stopped.", cause);
        }
        if (cause instanceof OmenException known) {
            return isForUsers(known.code())
                    ? known
                    : new OmenException(
                            ErrorCode.UNAVAILABLE, String.valueOf(known.getMessage()), known);
        }
        // Whatever it says may not be for everybody.
        LOG.warn("embedder {} failed", name, cause);
        return new OmenException(
                ErrorCode.UNAVAILABLE,
                "Embedder "
                        + name
                        + " failed ("
                        + cause.getClass().getSimpleName()
                        + "); the gateway's log has the details.",
                cause);
    }

    private static boolean isForUsers(ErrorCode code) {
        return switch (code) {
            case INVALID, TOO_LARGE, OVERLOADED, UNAVAILABLE, TIMEOUT -> true;
            default -> false;
        };
    }

    private static OmenException abandoned() {
        return new OmenException(
                ErrorCode.UNAVAILABLE, "Whoever asked went away before the texts were embedded.");
    }
}
