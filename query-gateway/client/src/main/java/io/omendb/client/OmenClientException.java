package io.omendb.client;

import io.omendb.client.Problem.BadPoint;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A call that did not succeed: everything a call throws, and what futures fail with. The message
 * names the request, the reason and how often it was tried.
 */
public final class OmenClientException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** What went wrong. */
    public enum Reason {
        /** The server answered 4xx or 5xx; {@link #problem} says why. */
        REFUSED,
        /** There was no connection; nothing was done. */
        UNREACHABLE,
        /**
         * No connection by TLS came about, such as for a certificate that is not trusted, has
         * expired or is another host's; nothing was done.
         */
        TLS,
        /** The connection was lost; a write may have been done or not. */
        DISCONNECTED,
        /** No answer within the time allowed; a write may have been done or not. */
        TIMED_OUT,
        /** The server answered what this client does not understand; a write was done. */
        UNREADABLE,
        /** The calling thread was interrupted, and still is; a write may have been done or not. */
        INTERRUPTED,
        /** The client or the writer was closed. */
        CLOSED
    }

    private final Reason reason;
    private final transient @Nullable Problem problem;
    private final int attempts;

    private OmenClientException(
            Reason reason,
            String message,
            @Nullable Problem problem,
            int attempts,
            @Nullable Throwable cause) {
        super(message, cause);
        this.reason = reason;
        this.problem = problem;
        this.attempts = attempts;
    }

    static OmenClientException refused(String request, Problem problem, int attempts) {
        String said = problem.status() + " " + problem.code() + ": " + problem.detail();
        return new OmenClientException(
                Reason.REFUSED, message(request, said, attempts), problem, attempts, null);
    }

    static OmenClientException failed(
            Reason reason, String request, String what, int attempts, @Nullable Throwable cause) {
        return new OmenClientException(
                reason, message(request, what, attempts), null, attempts, cause);
    }

    static OmenClientException interrupted(InterruptedException cause) {
        return new OmenClientException(
                Reason.INTERRUPTED, "interrupted while waiting for an answer", null, 0, cause);
    }

    static OmenClientException closed(String what) {
        return new OmenClientException(Reason.CLOSED, what + " is closed", null, 0, null);
    }

    /** The same failure on the stack of the thread that waits for it. */
    OmenClientException rethrown() {
        return new OmenClientException(
                reason, String.valueOf(getMessage()), problem, attempts, this);
    }

    /** The failure of one point of a refused batch. */
    OmenClientException ofPoint(BadPoint bad) {
        Problem whole = Objects.requireNonNull(problem, "a refusal has a problem");
        Problem one =
                new Problem(
                        whole.status(), whole.code(), bad.detail(), List.of(), whole.document());
        return new OmenClientException(
                reason, one.status() + " " + one.code() + ": " + one.detail(), one, attempts, this);
    }

    /** The same failure as a whole, told with how many points it concerns. */
    OmenClientException concerning(long points) {
        return new OmenClientException(
                reason,
                points + " writes failed; the first: " + getMessage(),
                problem,
                attempts,
                this);
    }

    private static String message(String request, String what, int attempts) {
        return request + ": " + what + (attempts > 1 ? " (tried " + attempts + " times)" : "");
    }

    public Reason reason() {
        return reason;
    }

    /** What the server said; null where it did not answer. */
    public @Nullable Problem problem() {
        return problem;
    }

    /** The HTTP status; 0 where there was no answer. */
    public int status() {
        return problem == null ? 0 : problem.status();
    }

    /** The problem document's code, else the name of the reason. */
    public String code() {
        return problem == null ? reason.name() : problem.code();
    }

    /** What was wrong, in the server's words where there are any. */
    public String detail() {
        return problem == null ? String.valueOf(getMessage()) : problem.detail();
    }

    /** How often the request was sent. */
    public int attempts() {
        return attempts;
    }
}
