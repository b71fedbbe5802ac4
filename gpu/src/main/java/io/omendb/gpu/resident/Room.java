package io.omendb.gpu.resident;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;

/**
 * Decides what has to go so that something else fits. The longest unused goes first; what was used
 * in the last seconds stays, since whoever searches it would bring it back at once, and nothing but
 * copying would be done.
 */
final class Room {
    static final long IN_USE_NANOS = TimeUnit.SECONDS.toNanos(10);

    private Room() {}

    /**
     * What has to go.
     *
     * @param held what takes memory now
     * @param missing bytes that have to become free
     * @return enough of it, or nothing where there is not enough that may go
     */
    static <T> List<T> make(
            List<T> held,
            ToLongFunction<T> bytes,
            ToLongFunction<T> usedAtNanos,
            long missing,
            long nowNanos) {
        List<T> idle = new ArrayList<>();
        for (T each : held) {
            if (nowNanos - usedAtNanos.applyAsLong(each) > IN_USE_NANOS) {
                idle.add(each);
            }
        }
        idle.sort(Comparator.comparingLong(each -> usedAtNanos.applyAsLong(each) - nowNanos));
        List<T> chosen = new ArrayList<>();
        long freed = 0;
        for (T each : idle) {
            if (freed >= missing) {
                break;
            }
            chosen.add(each);
            freed += bytes.applyAsLong(each);
        }
        return freed >= missing ? chosen : List.of();
    }
}
