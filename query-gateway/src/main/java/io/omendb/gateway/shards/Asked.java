package io.omendb.gateway.shards;

/**
 * When a question arrived, and until when somebody waits for the answer.
 *
 * @param startNanos {@link System#nanoTime} when it arrived
 * @param gone happens once nobody waits any more, however; then shards are asked no further
 */
public record Asked(long startNanos, Departure gone) {

    /** A question whose asker does not go away. */
    public static Asked at(long startNanos) {
        return new Asked(startNanos, new Departure());
    }

    /** Another question of the same asker, that starts now. */
    public Asked now() {
        return new Asked(System.nanoTime(), gone);
    }

    /** Another question of the same asker, of whose time so much is gone already. */
    public Asked nowAfter(long spentNanos) {
        return new Asked(System.nanoTime() - spentNanos, gone);
    }

    /** When it must have been answered. */
    public Deadline deadline(int timeoutMs) {
        return Deadline.of(this, timeoutMs);
    }
}
