package io.omendb.connectors.ingest;

/**
 * Where a partition is read on. One object a partition, moved with every record. Used by the
 * parser's task thread.
 */
final class LogPosition {
    private static final long NONE = -1;

    private long next;
    private long generation;

    /** The lowest offset that did not come and that Kafka was not asked about. */
    private long unverified = NONE;

    LogPosition(long next, long generation) {
        this.next = next;
        this.generation = generation;
    }

    /** Offset of the next record. */
    long next() {
        return next;
    }

    /** The newest generation of the collection that records were read for; 0 for none. */
    long generation() {
        return generation;
    }

    /** Whether this position says more than another of the same partition. */
    boolean isAfter(LogPosition other) {
        return generation != other.generation ? generation > other.generation : next > other.next;
    }

    void advance(long toOffset, long ofGeneration) {
        next = toOffset;
        generation = Math.max(generation, ofGeneration);
    }

    /** The log is another one, of a newer generation. */
    void beginAnew(long atOffset, long ofGeneration) {
        next = atOffset;
        generation = ofGeneration;
        unverified = NONE;
    }

    /** Offsets from this one on did not come. */
    void doubt(long offset) {
        if (unverified == NONE) {
            unverified = offset;
        }
    }

    boolean isDoubtful() {
        return unverified != NONE;
    }

    long unverified() {
        return unverified;
    }

    void verified() {
        unverified = NONE;
    }
}
