package io.omendb.client;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.omendb.client.OmenClientException.Reason;
import io.omendb.client.tls.TlsFailure;
import java.io.IOException;
import java.net.ConnectException;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * One call on its way: a try, perhaps a pause, another try. At any moment one thread at most works
 * on it; whoever ends it does so by completing the result, which is done once.
 */
final class Exchange<T> {
    /** Of a problem document: where in the log a write is. */
    private static final String TOKENS = "tokens";

    private final Transport transport;
    private final Call<T> call;
    private final RetryPolicy retries;
    private final CompletableFuture<T> result = new CompletableFuture<>();
    private final long endNs;
    private volatile @Nullable Future<?> current;
    private int attempts;

    Exchange(Transport transport, Call<T> call) {
        this.transport = transport;
        this.call = call;
        this.retries = transport.options().retries();
        this.endNs = System.nanoTime() + retries.total().toNanos();
        var unused = result.whenComplete((value, failure) -> abandon());
    }

    CompletableFuture<T> result() {
        return result;
    }

    /** Sends the request. */
    void start() {
        attempt();
    }

    /** Ends the call where it is still under way. */
    void close() {
        result.completeExceptionally(OmenClientException.closed("the client"));
    }

    private void attempt() {
        attempts++;
        try {
            CompletableFuture<HttpResponse<byte[]>> sent =
                    transport.http().sendAsync(transport.request(call), BodyHandlers.ofByteArray());
            follow(sent);
            await(sent);
        } catch (RejectedExecutionException e) {
            close();
        } catch (RuntimeException e) {
            fail(Reason.UNREACHABLE, "the request could not be sent: " + e, e);
        } catch (Error e) {
            // Such as no thread to be had: somebody waits for the result.
            result.completeExceptionally(e);
        }
    }

    /**
     * Hears of the answer, or gives up. {@link java.net.http.HttpRequest.Builder#timeout} would not
     * do: it ends with the headers, and a body that never comes would be waited for.
     */
    private void await(CompletableFuture<HttpResponse<byte[]>> sent) {
        Duration timeout = Durations.least(transport.timeout(call), remaining());
        AtomicBoolean late = new AtomicBoolean();
        Runnable giveUp =
                () -> {
                    late.set(true);
                    sent.cancel(true);
                };
        Future<?> timer = transport.later(giveUp, timeout);
        var unused =
                sent.whenComplete(
                        (response, failure) -> {
                            timer.cancel(false);
                            if (!result.isDone()) {
                                answered(
                                        response,
                                        late.get() ? new TryTimeoutException(timeout) : failure);
                            }
                        });
    }

    private void answered(@Nullable HttpResponse<byte[]> response, @Nullable Throwable failure) {
        try {
            if (response != null) {
                read(response);
            } else {
                lost(failure instanceof CompletionException wrapped ? wrapped.getCause() : failure);
            }
        } catch (RuntimeException | Error e) {
            // Whatever it is, somebody waits for the result.
            result.completeExceptionally(e);
        }
    }

    private void read(HttpResponse<byte[]> response) {
        int status = response.statusCode();
        if (status < 200 || status >= 300) {
            Problem problem = ProblemJson.read(status, response.body());
            Duration retryAfter = RetryAfter.of(response.headers(), Instant.now());
            retryOr(
                    mayRepeat(status, problem),
                    retryAfter,
                    OmenClientException.refused(call.name(), problem, attempts));
            return;
        }
        try {
            result.complete(call.answer().read(response.body()));
        } catch (JsonProcessingException e) {
            fail(Reason.UNREADABLE, "found an answer that is none: " + e.getOriginalMessage(), e);
        } catch (IOException e) {
            fail(Reason.UNREADABLE, "found an answer that is none: " + e.getMessage(), e);
        }
    }

    /** Never what is written already, as it would undo what came after it. */
    private boolean mayRepeat(int status, Problem problem) {
        return switch (status) {
            case 429 -> true; // refused before anything was done
            case 503 -> call.repeatable();
            case 504 ->
                    call.repeatable()
                            && retries.timeouts()
                            && !problem.document().containsKey(TOKENS);
            default -> false;
        };
    }

    private void lost(@Nullable Throwable failure) {
        String root = transport.options().root();
        Optional<TlsFailure> tls = TlsFailure.of(failure);
        if (tls.isPresent()) {
            result.completeExceptionally(
                    failed(
                            Reason.TLS,
                            "no TLS connection to " + root + ": " + tls.get().what(),
                            failure));
        } else if (failure instanceof TryTimeoutException) {
            retryOr(
                    call.repeatable() && retries.timeouts(),
                    Duration.ZERO,
                    failed(Reason.TIMED_OUT, String.valueOf(failure.getMessage()), failure));
        } else if (failure instanceof ConnectException
                || failure instanceof HttpConnectTimeoutException) {
            retryOr(
                    true,
                    Duration.ZERO,
                    failed(
                            Reason.UNREACHABLE,
                            "no connection to " + root + ": does a gateway listen there?",
                            failure));
        } else {
            retryOr(
                    call.repeatable() && failure instanceof IOException,
                    Duration.ZERO,
                    failed(Reason.DISCONNECTED, "the connection was lost: " + failure, failure));
        }
    }

    /** Tries again after a pause, where there are tries and time left. */
    private void retryOr(boolean repeat, Duration retryAfter, OmenClientException failure) {
        if (!repeat || attempts >= retries.attemptsMax()) {
            result.completeExceptionally(failure);
            return;
        }
        Duration pause = retries.pause(attempts, retryAfter, ThreadLocalRandom.current());
        if (pause.compareTo(remaining()) >= 0) {
            result.completeExceptionally(failure);
            return;
        }
        try {
            follow(transport.later(this::attemptIfWanted, pause));
        } catch (RejectedExecutionException e) {
            close();
        }
    }

    private void attemptIfWanted() {
        if (!result.isDone()) {
            attempt();
        }
    }

    /** What is under way is known before it is asked whether anybody still wants it. */
    private void follow(Future<?> next) {
        current = next;
        if (result.isDone()) {
            next.cancel(true);
        }
    }

    private void abandon() {
        Future<?> next = current;
        if (next != null) {
            next.cancel(true);
        }
    }

    private Duration remaining() {
        return Duration.ofNanos(Math.max(1, endNs - System.nanoTime()));
    }

    private void fail(Reason reason, String what, Throwable cause) {
        result.completeExceptionally(failed(reason, what, cause));
    }

    private OmenClientException failed(Reason reason, String what, @Nullable Throwable cause) {
        return OmenClientException.failed(reason, call.name(), what, attempts, cause);
    }

    /** A try took too long. */
    private static final class TryTimeoutException extends IOException {
        private static final long serialVersionUID = 1;

        TryTimeoutException(Duration timeout) {
            super("no answer within " + timeout.toMillis() + " ms");
        }
    }
}
