package io.omendb.connectors.ingest;

import java.util.concurrent.TimeUnit;

/**
 * When to send on what was read: once the source pauses, but not right after the last time, as a
 * busy topic may give a record at a time, and every sending is some messages to every shard; and
 * where it does not pause, once a record has waited for as long. Times are those of {@link
 * System#nanoTime}. Used by one thread.
 */
final class SendingTimes {
    static final long APART_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    private long sentNanos;
    private boolean planned;

    /** Whether there is anything to send on, and of which the first was read then. */
    private boolean waiting;

    private long readNanos;

    SendingTimes(long nowNanos) {
        sentNanos = nowNanos - APART_NANOS;
    }

    /** Takes notice of a record. Whether one has waited long enough, without a pause. */
    boolean read(long nowNanos) {
        if (!waiting) {
            waiting = true;
            readNanos = nowNanos;
        }
        return nowNanos - readNanos >= APART_NANOS;
    }

    /** At a pause: nanoseconds until it is time; none or less once it is. */
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
        waiting = false;
    }
}
