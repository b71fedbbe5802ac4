package io.omendb.cli.processors;

/**
 * Decides whether searches and ingestion get processors of their own. They do while searches come
 * in that are each made by several threads, and rows come in no faster than the processors left to
 * them allow. Otherwise all share all: many searches at once keep every processor busy anyway, and
 * a full topic is to be read as fast as the machine can.
 *
 * <p>Changing is not free, so it takes a while without a reason to change back, and the longer, the
 * sooner the last try came to nothing. One thread.
 */
final class Separation {
    /** Searches may pause for so long. */
    static final double SEARCHES_SECONDS = 5;

    /** So long there has to be no reason against it. */
    static final double CALM_SECONDS = 0.5;

    /** Waited after it came to nothing, at first and at most. */
    static final double BACKOFF_SECONDS = 2;

    static final double BACKOFF_SECONDS_MAX = 60;

    /** A try that lasted for so long was none in vain. */
    private static final double SUCCESS_SECONDS = 30;

    /**
     * How much of its time the busiest thread that ingests may run, or wait for a processor:
     * before, and once they are apart. Where rows wait, the one that all others wait for does
     * nothing else.
     */
    static final double BUSY_BEFORE = 0.5;

    static final double BUSY_MAX = 0.9;

    /** Weight of a second in how busy it was lately. */
    private static final double WEIGHT_PER_SECOND = 1.5;

    /** Fewer searches that are made otherwise are no sign. */
    private static final int OTHERS_MIN = 3;

    private static final int SPREAD_TO_OTHERS = 4;

    private double now;
    private double searchedAt = Double.NEGATIVE_INFINITY;
    private double calmSince;
    private double busy;
    private double backoff = BACKOFF_SECONDS;
    private double blockedUntil;
    private double apartSince;
    private boolean apart;

    /**
     * What happened since the last time.
     *
     * @param seconds how long that is
     * @param spread searches made by several threads, one of them an event loop
     * @param others other searches
     * @param busiest seconds that the busiest of the threads that ingest ran, or waited for a
     *     processor
     */
    record Observed(double seconds, long spread, long others, double busiest) {}

    /** Whether they are to be separated from now on. */
    boolean decide(Observed seen) {
        now += seen.seconds;
        if (seen.spread > 0) {
            searchedAt = now;
        }
        double weight = Math.min(1, seen.seconds * WEIGHT_PER_SECOND);
        busy += weight * (seen.busiest / seen.seconds - busy);
        boolean searching = now - searchedAt <= SEARCHES_SECONDS;
        boolean crowded = seen.others >= OTHERS_MIN && seen.others * SPREAD_TO_OTHERS > seen.spread;
        boolean behind = busy > (apart ? BUSY_MAX : BUSY_BEFORE);
        if (apart && (!searching || crowded || behind)) {
            apart = false;
            calmSince = now;
            if (searching) {
                block();
            }
        } else if (!apart && (!searching || crowded || behind)) {
            calmSince = now;
        } else if (!apart && now - calmSince >= CALM_SECONDS && now >= blockedUntil) {
            apart = true;
            apartSince = now;
        }
        return apart;
    }

    private void block() {
        boolean success = now - apartSince >= SUCCESS_SECONDS;
        backoff = success ? BACKOFF_SECONDS : Math.min(BACKOFF_SECONDS_MAX, 2 * backoff);
        blockedUntil = now + backoff;
    }
}
