package io.omendb.index.device;

import org.jspecify.annotations.Nullable;

/** Where one search was sent. Closed when it has ended, however it ended: that is what it took. */
public final class PlannedSearch implements AutoCloseable {
    private final @Nullable DeviceContest contest;
    private final boolean onDevice;
    private final boolean probe;
    private final int stint;
    private final long began;
    private boolean abandoned;

    PlannedSearch(
            @Nullable DeviceContest contest,
            boolean onDevice,
            boolean probe,
            int stint,
            long began) {
        this.contest = contest;
        this.onDevice = onDevice;
        this.probe = probe;
        this.stint = stint;
        this.began = began;
    }

    /** One that was told to run on the device, which says nothing about what is better. */
    public static PlannedSearch forced() {
        return new PlannedSearch(null, true, false, 0, 0);
    }

    public boolean onDevice() {
        return onDevice;
    }

    /** Whether it went where most do not, to see what that takes. */
    boolean isProbe() {
        return probe;
    }

    /** Number of the stint in which it began. */
    int stint() {
        return stint;
    }

    /** When it began, by the contest's clock. */
    long began() {
        return began;
    }

    /** It was broken off, since nobody waits for it: what it took says nothing. */
    public void abandon() {
        abandoned = true;
    }

    boolean isAbandoned() {
        return abandoned;
    }

    @Override
    public void close() {
        if (contest != null) {
            contest.end(this);
        }
    }
}
