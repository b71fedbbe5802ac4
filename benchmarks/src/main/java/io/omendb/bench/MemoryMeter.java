package io.omendb.bench;

import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;

/**
 * Bytes that are in use after a garbage collection: heap and direct buffers. Mapped files are page
 * cache and do not count.
 */
final class MemoryMeter {
    private static final int COLLECTIONS_MAX = 5;
    private static final long STEADY_BYTES = 1 << 16;

    private final long atStart = inUse();

    /** Bytes more than when the meter was made. */
    long growth() {
        return Math.max(0, inUse() - atStart);
    }

    /** Collects until it makes no difference: the first one may only find references to clear. */
    private static long inUse() {
        long before = Long.MAX_VALUE;
        long now = collect();
        for (int i = 1; i < COLLECTIONS_MAX && before - now > STEADY_BYTES; i++) {
            before = now;
            now = collect();
        }
        return now;
    }

    private static long collect() {
        System.gc();
        long bytes = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
        for (BufferPoolMXBean pool : ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class)) {
            if (pool.getName().equals("direct")) {
                bytes += pool.getMemoryUsed();
            }
        }
        return bytes;
    }
}
