package io.omendb.index.shard;

import io.omendb.index.device.SearchDevice;
import io.omendb.index.segment.Segment;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Tells the device, if there is one, which segments of a shard to have copies of. Called under the
 * shard's lock.
 */
final class DeviceCopies {
    private final @Nullable SearchDevice device;
    private boolean closed;

    DeviceCopies(@Nullable SearchDevice device) {
        this.device = device;
    }

    /** Offers a frozen segment. */
    void admit(Segment segment) {
        if (device != null && segment.rowCount() > 0 && !closed) {
            device.admit(segment);
        }
    }

    /** Has the rows of a segment that grows follow. */
    void follow(Segment segment, int rowsMax) {
        if (device != null && !closed) {
            device.follow(segment, rowsMax);
        }
    }

    /** Says that the shard holds the segments no more. */
    void release(List<Segment> segments) {
        for (Segment segment : segments) {
            segment.retire();
            if (device != null) {
                device.release(segment);
            }
        }
    }

    /**
     * Releases all; maintenance may still swap in the result of a step, which is not offered then.
     */
    void close(List<Segment> segments) {
        closed = true;
        release(segments);
    }
}
