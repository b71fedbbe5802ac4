package io.omendb.bench;

import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;

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

    /**
     * Counts what was left when the collection ended. What is in use now would also count the
     * allocation buffers that threads have taken since, which are megabytes each once the young
     * generation has grown.
     */
    private static long collect() {
        System.gc();
        long bytes = 0;
        for (MemoryPoolMXBean pool : ManagementFactory.getMemoryPoolMXBeans()) {
            if (pool.getType() == MemoryType.HEAP && pool.getCollectionUsage() != null) {
                bytes += pool.getCollectionUsage().getUsed();
            }
        }
        for (BufferPoolMXBean pool : ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class)) {
            if (pool.getName().equals("direct")) {
                bytes += pool.getMemoryUsed();
            }
        }
        return bytes;
    }
}
