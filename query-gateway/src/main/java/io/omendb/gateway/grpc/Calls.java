package io.omendb.gateway.grpc;

import com.google.protobuf.MessageLite;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.omendb.OmenException;
import io.omendb.gateway.access.Caller;
import io.omendb.gateway.access.Need;
import io.omendb.gateway.http.Admission;
import io.omendb.gateway.http.Limits;
import io.omendb.gateway.shards.Asked;
import io.omendb.gateway.shards.Departure;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** Runs calls: admission, the work, the answer or the error. Safe for use by any thread. */
public final class Calls {
    private final Admission admission;
    private final Limits limits;
    private final Executor blocking;

    /**
     * @param blocking where work that waits may run
     */
    public Calls(Admission admission, Limits limits, Executor blocking) {
        this.admission = admission;
        this.limits = limits;
        this.blocking = blocking;
    }

    /** What a call does; anything thrown, now or through the future, becomes a status. */
    @FunctionalInterface
    public interface Work<A> {
        CompletableFuture<A> answer(Asked asked) throws InterruptedException;
    }

    public Limits limits() {
        return limits;
    }

    /** Where work that waits may run. */
    public Executor blocking() {
        return blocking;
    }

    /**
     * Answers a call of one request and one answer.
     *
     * @param need what the caller needs to be allowed
     * @param collection that the call is about; null for none
     */
    public <A> void unary(
            MessageLite request,
            StreamObserver<A> out,
            Need need,
            @Nullable String collection,
            Work<A> work) {
        try {
            check(need, collection);
        } catch (OmenException e) {
            out.onError(Statuses.of(e));
            return;
        }
        Asked asked = asked(out);
        answer(need, request, () -> work.answer(asked))
                .whenComplete(
                        (answer, failure) -> {
                            if (asked.gone().hasHappened()) {
                                return;
                            }
                            if (failure != null) {
                                out.onError(Statuses.of(failure));
                            } else {
                                out.onNext(answer);
                                out.onCompleted();
                            }
                        });
    }

    /**
     * Checks what the call that is being served on this thread is about to do.
     *
     * @param collection what it does that to; null for none
     * @throws OmenException FORBIDDEN if its key does not allow it
     */
    public static void check(Need need, @Nullable String collection) {
        caller().check(need, collection);
    }

    /** Whoever made the call that is being served on this thread. */
    public static Caller caller() {
        return KeyCheck.caller();
    }

    /** Whoever sent a call, whose going away is heard of from now on. */
    public static Asked asked(StreamObserver<?> out) {
        Departure gone = new Departure();
        ((ServerCallStreamObserver<?>) out).setOnCancelHandler(gone::happen);
        return new Asked(System.nanoTime(), gone);
    }

    /** One piece of work. */
    @FunctionalInterface
    public interface Piece<A> {
        CompletableFuture<A> start() throws InterruptedException;
    }

    /**
     * Does the work for one message, if there is room for it.
     *
     * @param need what the work is
     */
    public <A> CompletableFuture<A> answer(Need need, MessageLite message, Piece<A> work) {
        Admission.Place place;
        try {
            boolean writing = need == Need.WRITE || need == Need.MANAGE;
            place = admission.enter(message.getSerializedSize(), writing);
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
        return started(work).whenComplete((answer, failure) -> place.close());
    }

    private static <A> CompletableFuture<A> started(Piece<A> work) {
        try {
            return work.start();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return CompletableFuture.failedFuture(e);
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }
}
