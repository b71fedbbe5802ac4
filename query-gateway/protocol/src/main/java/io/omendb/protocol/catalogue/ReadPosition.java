package io.omendb.protocol.catalogue;

import io.omendb.ErrorCode;
import io.omendb.OmenException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * How far the follower has read, for callers who wait until it has come to an offset. Moved on by
 * the follower's thread, awaited by any other.
 */
final class ReadPosition {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private long next;
    private @Nullable OmenException failure;

    /** Everything before this offset is applied. */
    void reached(long offset) {
        lock.lock();
        try {
            next = Math.max(next, offset);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Ends all waits, now and later; the first failure stays. */
    void fail(OmenException reason) {
        lock.lock();
        try {
            if (failure == null) {
                failure = reason;
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Throws the failure, if there is one. */
    void requireGoingOn() {
        lock.lock();
        try {
            throwFailure();
        } finally {
            lock.unlock();
        }
    }

    /** Returns once everything before this offset is applied. */
    void await(long offset, Duration timeout) {
        long left = timeout.toNanos();
        lock.lock();
        try {
            while (next < offset) {
                throwFailure();
                if (left <= 0) {
                    throw late(timeout, null);
                }
                left = changed.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            throw interrupted(e);
        } finally {
            lock.unlock();
        }
    }

    private void throwFailure() {
        if (failure != null) {
            throw new OmenException(failure.code(), String.valueOf(failure.getMessage()), failure);
        }
    }

    static OmenException late(Duration timeout, @Nullable Exception cause) {
        return new OmenException(
                ErrorCode.UNAVAILABLE,
                "Kafka did not answer for topic "
                        + CatalogueRecord.TOPIC
                        + " within "
                        + TimeUnit.NANOSECONDS.toMillis(timeout.toNanos())
                        + " ms; is the broker running?",
                cause);
    }

    static OmenException interrupted(InterruptedException e) {
        Thread.currentThread().interrupt();
        return new OmenException(
                ErrorCode.UNAVAILABLE, "Interrupted while waiting for the catalogue.", e);
    }
}
