package io.omendb.gateway.write;

import io.omendb.gateway.http.Admission;
import io.omendb.record.Point;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Points that can be written.
 *
 * @param room what vectors take up that were made here; null where all were sent
 */
record ReadyPoints(List<Point> points, Admission.@Nullable Place room) {

    /** They were written, or will not be. Of no effect the second time. */
    void release() {
        if (room != null) {
            room.close();
        }
    }
}
