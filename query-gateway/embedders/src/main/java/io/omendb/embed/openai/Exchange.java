package io.omendb.embed.openai;

import io.omendb.ErrorCode;
import io.omendb.OmenException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * One request, tried until it is answered, refused, or given up. What may be tried again is 429,
 * 5xx, and no answer at all; the pause between is random up to a bound that doubles, after whatever
 * {@code Retry-After} says. Steps follow each other, each on whatever thread the one before ended.
 */
final class Exchange {
    private static final int OK = 200;
    private static final int TOO_MANY_REQUESTS = 429;
    private static final int SERVER_ERROR = 500;
    private static final long BACKOFF_MS_MAX = 5_000;

    /** Nobody who asked still waits then. */
    private static final Duration RETRY_AFTER_MAX = Duration.ofSeconds(60);

    private final Endpoint endpoint;
    private final HttpClient http;
    private final Executor threads;
    private final RandomGenerator random;
    private final Supplier<HttpRequest> asked;
    private final int texts;
    private final CompletableFuture<List<float[]>> result = new CompletableFuture<>();
    private volatile @Nullable CompletableFuture<?> underWay;
    private @Nullable HttpRequest request;
    private int failed;

    /**
     * @param threads where tries begin
     * @param asked makes the request, which takes its time if it is large
     * @param texts how many the request has
     */
    Exchange(
            Endpoint endpoint,
            HttpClient http,
            Executor threads,
            RandomGenerator random,
            Supplier<HttpRequest> asked,
            int texts) {
        this.endpoint = endpoint;
        this.http = http;
        this.threads = threads;
        this.random = random;
        this.asked = asked;
        this.texts = texts;
    }

    /** Cancelling what this returns ends it. */
    CompletableFuture<List<float[]>> start() {
        result.whenComplete((vectors, failure) -> cancelCall());
        try {
            threads.execute(this::attempt);
        } catch (RejectedExecutionException e) {
            result.completeExceptionally(unavailable("is closed", e));
        }
        return result;
    }

    private void cancelCall() {
        CompletableFuture<?> call = underWay;
        if (call != null) {
            call.cancel(true);
        }
    }

    private void attempt() {
        if (result.isDone()) {
            return;
        }
        CompletableFuture<HttpResponse<byte[]>> call;
        try {
            if (request == null) {
                request = asked.get();
            }
            call = http.sendAsync(request, BoundedBody.upTo(bodyBytesMax()));
        } catch (RuntimeException e) {
            result.completeExceptionally(unavailable("could not be asked: " + reason(e), e));
            return;
        }
        underWay = call;
        if (result.isDone()) {
            call.cancel(true);
            return;
        }
        // The request's own timeout ends with the head of the answer; this one, with the body.
        call.copy()
                .orTimeout(endpoint.timeoutMs(), TimeUnit.MILLISECONDS)
                .whenComplete(
                        (response, failure) -> {
                            call.cancel(true);
                            answered(response, failure);
                        });
    }

    /** Digits of a component, many more than needed, and as much again for the rest. */
    private int bodyBytesMax() {
        return Math.toIntExact(
                Math.min(Integer.MAX_VALUE - 8, 65_536L + 64L * texts * endpoint.dimension()));
    }

    private void answered(@Nullable HttpResponse<byte[]> response, @Nullable Throwable failure) {
        try {
            if (response == null) {
                lost(cause(failure));
            } else if (response.statusCode() == OK) {
                result.complete(EmbeddingsJson.read(response.body(), texts, endpoint.dimension()));
            } else {
                refused(response);
            }
        } catch (OmenException e) {
            result.completeExceptionally(
                    unavailable("gave an answer that is of no use: " + e.getMessage(), e));
        } catch (RuntimeException e) {
            result.completeExceptionally(unavailable("failed: " + reason(e), e));
        }
    }

    private void lost(Throwable failure) {
        if (failure instanceof OmenException) {
            result.completeExceptionally(unavailable("failed: " + failure.getMessage(), failure));
            return;
        }
        boolean late =
                failure instanceof TimeoutException || failure instanceof HttpTimeoutException;
        String what =
                late
                        ? "did not answer within " + endpoint.timeoutMs() + " ms"
                        : "cannot be reached: " + reason(failure);
        again(what, Duration.ZERO, failure);
    }

    private void refused(HttpResponse<byte[]> response) {
        int status = response.statusCode();
        String what = "answered " + status + Refusal.said(status, response.body(), endpoint);
        if (status != TOO_MANY_REQUESTS && status < SERVER_ERROR) {
            result.completeExceptionally(unavailable(what, null));
            return;
        }
        Duration pause = RetryAfter.of(response.headers().firstValue("retry-after").orElse(null));
        if (pause.compareTo(RETRY_AFTER_MAX) > 0) {
            what += " and wants " + pause.toSeconds() + " s to pass";
            result.completeExceptionally(unavailable(what, null));
            return;
        }
        again(what, pause, null);
    }

    private void again(String what, Duration pause, @Nullable Throwable cause) {
        failed++;
        if (failed >= endpoint.attempts()) {
            String tries = failed == 1 ? "" : " (" + failed + " tries)";
            result.completeExceptionally(unavailable(what + tries, cause));
            return;
        }
        long bound =
                (long) Math.min(BACKOFF_MS_MAX, endpoint.backoffMs() * Math.pow(2, failed - 1));
        long waitMs = pause.toMillis() + random.nextLong(bound + 1);
        CompletableFuture.delayedExecutor(waitMs, TimeUnit.MILLISECONDS, threads)
                .execute(this::attempt);
    }

    private OmenException unavailable(String what, @Nullable Throwable cause) {
        return new OmenException(
                ErrorCode.UNAVAILABLE, "Embedder " + endpoint.name() + " " + what, cause);
    }

    private static Throwable cause(@Nullable Throwable failure) {
        Throwable cause = failure;
        while (cause instanceof CompletionException && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause == null ? new IllegalStateException("no answer and no failure") : cause;
    }

    /** What it is, as a refused connection has no message. */
    private static String reason(Throwable failure) {
        String message = failure.getMessage();
        String type = failure.getClass().getSimpleName();
        return message == null ? type : type + ", " + message;
    }
}
