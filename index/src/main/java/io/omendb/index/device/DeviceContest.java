package io.omendb.index.device;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Finds out whether searches of about one size are better sent to the device or to the processor.
 *
 * <p>What a search takes depends on who else searches on the same side, so all go to one side for a
 * stint, which is measured in epochs of some milliseconds. The cost of an epoch is the time that
 * searches were under way, divided by how many ended (Little's law: W = L / λ). Unlike the mean of
 * those that ended it also counts those that wait for long.
 *
 * <p>Now and then a single search, a probe, goes to the other side. A probe meets less of a crowd
 * than it would if all went there, so it can only say that the other side is not worth trying.
 * Otherwise the other side gets an epoch as a trial, which is broken off when it is clearly lost.
 * Lost trials are repeated ever more seldom, until the load is another.
 *
 * <p>Used by all threads that search. None waits for another: whoever finds the sums in use leaves
 * them to the next.
 */
final class DeviceContest {
    private static final double MILLI = 1e6;

    /** An epoch takes at least so long, and so many searches, and two of each thread's. */
    private static final double EPOCH_NANOS = 10 * MILLI;

    /**
     * Where a quota of processor time is used up, everything stands still until a tenth of a second
     * is over (cgroups). Less than such a period would tell of its good or of its bad part.
     */
    private static final double EPOCH_NANOS_STALLING = 100 * MILLI;

    private static final double STALL_NANOS_MIN = 10 * MILLI;
    private static final double STALL_SEARCHES = 4;
    private static final double STALL_REMEMBERED_NANOS = 1000 * MILLI;

    private static final int EPOCH_SEARCHES = 16;
    private static final int EPOCH_TURNS = 2;

    /** How long the searches of the stint before may take to end. */
    private static final double SETTLING_NANOS_MAX = 100 * MILLI;

    /** A trial is won by so much, and a stint is over when it became worse by so much. */
    private static final double MARGIN = 1.05;

    /** Where the searches under way are so many times as many or as few, it is another load. */
    private static final double OTHER_LOAD = 2;

    /** Probes that make a verdict, after which they become fewer. */
    private static final int PROBES_MIN = 4;

    private static final int PROBES_ENOUGH = 8;
    private static final int PROBE_EVERY_FIRST = 16;
    private static final int PROBE_EVERY = 64;

    /** A probe that costs more comes as many times more seldom, up to so many. */
    private static final double PROBE_SELDOM_MAX = 64;

    private static final double PROBE_WEIGHT_MIN = 0.06;

    /** A probe counts as so many times what was known at most. */
    private static final double PROBE_TIMES_MAX = 8;

    /** Probes that took so many times as long as a search here are still worth a trial. */
    private static final double PROMISING = 1.1;

    /** An epoch counts so much where it is no surprise, and in full where it is one. */
    private static final double EPOCH_WEIGHT = 0.3;

    private static final double SURPRISE = 0.5;

    /** Trials are a ninth of the time at most, and after three lost ones less than a sixtieth. */
    private static final int TRIAL_REST = 8;

    private static final int LOSSES_MAX = 3;
    private static final double TRIAL_REST_NANOS_MIN = 10 * MILLI;
    private static final double SHORT_STINT_NANOS = 1000 * MILLI;
    private static final double SHORT_STINT_COUNTED_MAX = 100 * MILLI;

    /** A trial is lost already when it costs so many times what the other side does. */
    private static final double HOPELESS = 2;

    private static final double HOPELESS_AFTER = 4;
    private static final int HOPELESS_SEARCHES = 8;
    private static final double HOPELESS_WITHOUT_AFTER = 16;

    private static final int HOST = 0;
    private static final int DEVICE = 1;

    private final LongSupplier clock;
    private final AtomicIntegerArray underWay = new AtomicIntegerArray(2);
    private final AtomicLongArray ended = new AtomicLongArray(2);
    private final AtomicLong events = new AtomicLong();
    private final AtomicInteger sinceProbe = new AtomicInteger();
    private final ReentrantLock sums = new ReentrantLock();

    private volatile Stint stint;
    private volatile int probeEvery;

    // What follows is guarded by the lock.

    /** Nanoseconds that a search takes on either side, and searches under way when it was seen. */
    private final double[] cost;

    private final double[] load = new double[2];
    private final boolean[] known = new boolean[2];

    /** What probes took on the other side, and how many there were. */
    private double probed;

    private int probes;

    private int losses;
    private long stintBegan;
    private long trialFrom;

    /** Searches of the stint before are not in the way any more. */
    private boolean settled;

    private long epochBegan;
    private long endedBefore;

    /** Search-nanoseconds under way in this epoch, up to the moment when they were last added. */
    private double area;

    private long added;
    private int underWayThen;

    /** Whether and when last nothing began or ended for long. */
    private boolean hasStalled;

    private long stalled;

    /** One side's time. */
    private record Stint(int number, int side, boolean trial) {
        int other() {
            return 1 - side;
        }
    }

    /**
     * A contest that begins on the side that is estimated to be faster.
     *
     * @param hostNanos estimate for the processor
     * @param deviceNanos estimate for the device
     * @param clock nanoseconds
     */
    DeviceContest(double hostNanos, double deviceNanos, LongSupplier clock) {
        this.clock = clock;
        this.cost = new double[] {hostNanos, deviceNanos};
        this.stint = new Stint(0, deviceNanos < hostNanos ? DEVICE : HOST, false);
        this.probed = cost[stint.other()];
        this.probeEvery = probeEvery(stint);
        long now = clock.getAsLong();
        stintBegan = now;
        trialFrom = now;
        beginEpoch(now);
    }

    /** Sends a search to one of the sides. */
    PlannedSearch begin() {
        Stint at = stint;
        boolean probe = !at.trial() && sinceProbe.incrementAndGet() >= probeEvery;
        if (probe) {
            sinceProbe.set(0);
        }
        int side = probe ? at.other() : at.side();
        underWay.incrementAndGet(side);
        long now = clock.getAsLong();
        update(now, null);
        return new PlannedSearch(this, side == DEVICE, probe, at.number(), now);
    }

    /** Takes note that a search has ended. */
    void end(PlannedSearch search) {
        int side = search.onDevice() ? DEVICE : HOST;
        underWay.decrementAndGet(side);
        if (!search.isAbandoned()) {
            ended.incrementAndGet(side);
        }
        update(clock.getAsLong(), search.isAbandoned() ? null : search);
    }

    /**
     * Adds up and judges, unless another thread is about to. That one looks again when it is done:
     * a change it did not see could count as long as nobody searches.
     */
    private void update(long time, @Nullable PlannedSearch ended) {
        events.incrementAndGet();
        long now = time;
        PlannedSearch over = ended;
        long seen;
        do {
            if (!sums.tryLock()) {
                return;
            }
            try {
                seen = events.get();
                add(now);
                if (over != null && over.isProbe() && over.stint() == stint.number()) {
                    takeProbe(now, over.began());
                }
                judge(now);
                probeEvery = probeEvery(stint);
            } finally {
                sums.unlock();
            }
            over = null;
            now = clock.getAsLong();
        } while (events.get() != seen);
    }

    private void takeProbe(long now, long began) {
        if (hasStalled && began < stalled) {
            // It stood still with everything else, which this side may be to blame for.
            return;
        }
        // One that was slow for once, the first of its size perhaps, is not to decide for long.
        double most = PROBE_TIMES_MAX * Math.max(probed, cost[stint.side()]);
        probes++;
        probed += (Math.min(now - began, most) - probed) * Math.max(PROBE_WEIGHT_MIN, 1.0 / probes);
    }

    private int probeEvery(Stint at) {
        double times = Math.min(PROBE_SELDOM_MAX, probed / Math.max(1, cost[at.side()]));
        int least = probes < PROBES_ENOUGH ? PROBE_EVERY_FIRST : PROBE_EVERY;
        return (int) Math.max(least, PROBE_EVERY * times);
    }

    private void add(long now) {
        long passed = Math.max(0, now - added);
        if (underWayThen > 0
                && passed > STALL_NANOS_MIN
                && passed > STALL_SEARCHES * cost[stint.side()]) {
            hasStalled = true;
            stalled = now;
        }
        if (underWayThen == 0) {
            // What a trial took is the time in which somebody searched.
            stintBegan += passed;
        }
        area += (double) underWayThen * passed;
        added = Math.max(added, now);
        underWayThen = underWay.get(stint.side());
    }

    private void judge(long now) {
        int here = stint.side();
        int there = stint.other();
        if (!settled) {
            // Of the present period the other side may have used up the quota.
            boolean crowded = isStalling(now) || underWay.get(there) * 4 > underWay.get(here) + 1;
            if (crowded && now - stintBegan < SETTLING_NANOS_MAX) {
                return;
            }
            settled = true;
            beginEpoch(now);
        }
        double elapsed = Math.max(1, now - epochBegan);
        long searches = ended.get(here) - endedBefore;
        double each = area / Math.max(1, searches);
        if (stint.trial() && known[there] && isHopeless(elapsed, searches, each)) {
            lose(now, each);
            return;
        }
        double seen = area / elapsed;
        if (elapsed < epochNanos(now) || searches < EPOCH_SEARCHES + EPOCH_TURNS * seen) {
            return;
        }
        load[here] = seen;
        if (stint.trial()) {
            if (!known[there] || each * MARGIN < cost[there]) {
                win(now, each);
            } else {
                lose(now, each);
            }
            return;
        }
        boolean surprise = !known[here] || Math.abs(each - cost[here]) > SURPRISE * cost[here];
        cost[here] += (each - cost[here]) * (surprise ? 1 : EPOCH_WEIGHT);
        known[here] = true;
        if (known[there] && isOther(seen, load[there])) {
            forget(there, now);
        }
        if (known[there] && cost[here] > MARGIN * cost[there]) {
            giveUp(now);
        } else if (now >= trialFrom && probes >= PROBES_MIN && probed < PROMISING * cost[here]) {
            open(there, true, now);
        } else {
            beginEpoch(now);
        }
    }

    private boolean isStalling(long now) {
        return hasStalled && now - stalled < STALL_REMEMBERED_NANOS;
    }

    private double epochNanos(long now) {
        return isStalling(now) ? EPOCH_NANOS_STALLING : EPOCH_NANOS;
    }

    private static boolean isOther(double load, double before) {
        // Whoever searches alone is in nobody's way, however often.
        double most = Math.max(1, Math.max(load, before));
        return most > OTHER_LOAD * Math.max(1, Math.min(load, before));
    }

    /** Whether a trial that is not over cannot be won. */
    private boolean isHopeless(double elapsed, long searches, double each) {
        double rival = cost[stint.other()];
        return each > HOPELESS * rival
                && elapsed > HOPELESS_AFTER * rival
                && (searches >= HOPELESS_SEARCHES || elapsed > HOPELESS_WITHOUT_AFTER * rival);
    }

    /** What was seen of a side under another load says nothing any more. */
    private void forget(int side, long now) {
        known[side] = false;
        probes = 0;
        losses = 0;
        trialFrom = now;
    }

    /** The trial becomes the rule. */
    private void win(long now, double each) {
        cost[stint.side()] = each;
        known[stint.side()] = true;
        trialFrom = now + TRIAL_REST * (now - stintBegan);
        stint = new Stint(stint.number() + 1, stint.side(), false);
        expectProbes();
        beginEpoch(now);
    }

    private void lose(long now, double each) {
        int side = stint.side();
        cost[side] = each;
        known[side] = true;
        load[side] = load[stint.other()];
        double took = now - stintBegan;
        losses = Math.min(LOSSES_MAX, losses + 1);
        open(stint.other(), false, now);
        trialFrom = now + (long) Math.max(TRIAL_REST_NANOS_MIN, took * rest());
    }

    /** This side has become worse than the other was. */
    private void giveUp(long now) {
        double lasted = now - stintBegan;
        losses = Math.min(LOSSES_MAX, losses + 1);
        open(stint.other(), false, now);
        double counted = Math.min(lasted, SHORT_STINT_COUNTED_MAX);
        trialFrom = now + (long) (lasted < SHORT_STINT_NANOS ? counted * rest() : 0);
    }

    private int rest() {
        return TRIAL_REST << losses;
    }

    private void open(int side, boolean trial, long now) {
        stint = new Stint(stint.number() + 1, side, trial);
        expectProbes();
        stintBegan = now;
        settled = false;
        beginEpoch(now);
    }

    /** What probes should take until there are some, and as many as there were then. */
    private void expectProbes() {
        probed = Math.min(cost[stint.other()], PROBE_TIMES_MAX * cost[stint.side()]);
        probes = PROBES_ENOUGH;
    }

    private void beginEpoch(long now) {
        area = 0;
        epochBegan = now;
        added = now;
        underWayThen = underWay.get(stint.side());
        endedBefore = ended.get(stint.side());
    }
}
