package io.omendb.gpu.resident;

import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Where a segment is: waiting, resident, or refused for a while. What is resident is put there and
 * taken away by the upload thread; any thread may look, and may say that it wants the segment or
 * that it is released.
 */
final class Place {
    private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final long WANTED_NANOS = TimeUnit.SECONDS.toNanos(10);

    /** Rows that a growing segment may have in the end; 0 for one that came frozen. */
    final int rowsMax;

    volatile @Nullable ResidentSegment resident;
    volatile boolean released;
    private volatile boolean wanted;
    private volatile long wantedAtNanos;
    private volatile boolean refused;
    private volatile boolean refusedForGood;
    private volatile long refusedUntilNanos;

    Place(int rowsMax) {
        this.rowsMax = rowsMax;
    }

    boolean grows() {
        return rowsMax > 0;
    }

    void want(long nowNanos) {
        wantedAtNanos = nowNanos;
        wanted = true;
    }

    /** Whether somebody asked for it in the last seconds. */
    boolean isWanted(long nowNanos) {
        return wanted && nowNanos - wantedAtNanos < WANTED_NANOS;
    }

    void refuse(long nowNanos) {
        refusedUntilNanos = nowNanos + RETRY_NANOS;
        refused = true;
    }

    void refuseForGood() {
        refusedForGood = true;
    }

    boolean isRefused(long nowNanos) {
        return refusedForGood || refused && nowNanos - refusedUntilNanos < 0;
    }

    /** Ends a refusal whose time is over; true if there was one. */
    boolean retry(long nowNanos) {
        if (refused && !isRefused(nowNanos)) {
            refused = false;
            return true;
        }
        return false;
    }
}
