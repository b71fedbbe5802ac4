package io.omendb.connectors.ingest;

import java.util.Optional;
import org.apache.kafka.common.TopicPartition;

/**
 * The records that a partition has: offsets from {@code begin} to before {@code end}.
 *
 * @param begin oldest offset there is
 * @param end offset that the next record will get
 */
record LogRange(long begin, long end) {

    /** Says so if records from an offset on are wanted and some of them were deleted. */
    Optional<String> gone(TopicPartition partition, long wanted) {
        return wanted >= begin
                ? Optional.empty()
                : Optional.of(
                        partition
                                + ": offset "
                                + wanted
                                + " is next, but the log begins at "
                                + begin
                                + " ("
                                + (begin - wanted)
                                + " offsets are gone)");
    }

    /** Says so if the log does not reach to an offset that was its end once. */
    Optional<String> endsBefore(TopicPartition partition, long next) {
        return next <= end
                ? Optional.empty()
                : Optional.of(
                        partition + ": offset " + next + " is next, but the log ends at " + end);
    }
}
