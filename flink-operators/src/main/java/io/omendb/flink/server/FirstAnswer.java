package io.omendb.flink.server;

import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Passes on the first of several answers to one call, or the first failure, and drops the others.
 * Safe for use by any thread.
 */
final class FirstAnswer<R> implements StreamObserver<R> {
    private final StreamObserver<R> observer;
    private final AtomicBoolean given = new AtomicBoolean();

    FirstAnswer(StreamObserver<R> observer) {
        this.observer = observer;
    }

    /** Whether nobody waits for one, or for another. */
    boolean isOver() {
        return isGiven()
                || (observer instanceof ServerCallStreamObserver<R> call && call.isCancelled());
    }

    /** Whether there is one. */
    boolean isGiven() {
        return given.get();
    }

    /** The whole of an answer. */
    @Override
    public void onNext(R answer) {
        if (given.compareAndSet(false, true)) {
            observer.onNext(answer);
            observer.onCompleted();
        }
    }

    @Override
    public void onError(Throwable failure) {
        if (given.compareAndSet(false, true)) {
            observer.onError(failure);
        }
    }

    /** Nothing: an answer completes the call. */
    @Override
    public void onCompleted() {}
}
