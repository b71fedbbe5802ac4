package io.omendb.protocol.catalogue;

import io.omendb.ErrorCode;
import io.omendb.OmenException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Lets callers wait until the follower has read up to an end of the log that was asked for after
 * they called. Each caller takes a ticket; one look at the log's end serves every ticket handed out
 * before it.
 */
final class CatchUp {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private long newest;
    private long reached;
    private @Nullable OmenException failure;

    long ask() {
        lock.lock();
        try {
            return ++newest;
        } finally {
            lock.unlock();
        }
    }

    long newest() {
        lock.lock();
        try {
            return newest;
        } finally {
            lock.unlock();
        }
    }

    void reached(long ticket) {
        lock.lock();
        try {
            reached = Math.max(reached, ticket);
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

    void await(long ticket, Duration timeout) {
        long left = timeout.toNanos();
        lock.lock();
        try {
            while (reached < ticket) {
                if (failure != null) {
                    throw new OmenException(
                            failure.code(), String.valueOf(failure.getMessage()), failure);
                }
                if (left <= 0) {
                    throw new OmenException(
                            ErrorCode.UNAVAILABLE,
                            "Kafka did not answer for topic "
                                    + CatalogueRecord.TOPIC
                                    + " within "
                                    + TimeUnit.NANOSECONDS.toMillis(timeout.toNanos())
                                    + " ms; is the broker running?");
                }
                left = changed.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new OmenException(
                    ErrorCode.UNAVAILABLE, "Interrupted while waiting for the catalogue.", e);
        } finally {
            lock.unlock();
        }
    }
}
