package io.omendb.gateway.write;

import io.omendb.gateway.http.Admission;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Points that can be written.
 *
 * @param form how they are written
 * @param room what vectors take up that were made here; null where all were sent
 */
record ReadyPoints<P>(WriteForm<P> form, List<P> points, Admission.@Nullable Place room) {

    /** They were written, or will not be. Of no effect the second time. */
    void release() {
        if (room != null) {
            room.close();
        }
    }
}
