package io.omendb.connectors.ingest;

import java.util.concurrent.TimeUnit;

/**
 * When to send on what was read: once the source pauses, but not right after the last time, as a
 * busy topic may give a record at a time, and every sending is some messages to every shard; and
 * now and then while it does not pause at all. Times are those of {@link System#nanoTime}. Used by
 * one thread.
 */
final class SendingTimes {
    static final long APART_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    /** The clock is looked at once in so many records. */
    static final int RECORDS = 16;

    private long sentNanos;
    private int records;
    private boolean planned;

    SendingTimes(long nowNanos) {
        sentNanos = nowNanos - APART_NANOS;
    }

    /** Whether a record just read is one after which to look at the clock. */
    boolean isLook() {
        records++;
        if (records < RECORDS) {
            return false;
        }
        records = 0;
        return true;
    }

    boolean isDue(long nowNanos) {
        return leftNanos(nowNanos) <= 0;
    }

    /** Nanoseconds until it is time; none or less once it is. */
    long leftNanos(long nowNanos) {
        return sentNanos + APART_NANOS - nowNanos;
    }

    /** Takes notice that a timer will send. False if one is set already. */
    boolean plan() {
        boolean first = !planned;
        planned = true;
        return first;
    }

    /** Takes notice that the timer has come. */
    void came() {
        planned = false;
    }

    void sent(long nowNanos) {
        sentNanos = nowNanos;
        records = 0;
    }
}
