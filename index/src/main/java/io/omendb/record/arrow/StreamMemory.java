package io.omendb.record.arrow;

import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.arrow.memory.AllocationManager;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.memory.util.MemoryUtil;

/**
 * Memory outside the heap for reading one stream, all of which is given back in the end. Arrow's
 * reader loses what it had allocated for a column when the column proves to be damaged: whoever
 * sent bad streams for long enough would take all memory there is. Used by one thread.
 */
final class StreamMemory implements AllocationManager.Factory, AutoCloseable {
    private static final AtomicLong HELD = new AtomicLong();

    private final Set<Block> blocks = new HashSet<>();
    private final BufferAllocator allocator;

    /**
     * Memory for a stream.
     *
     * @param bytesMax more is refused with Arrow's OutOfMemoryException
     */
    StreamMemory(long bytesMax) {
        allocator = allocator(bytesMax);
    }

    /** What Arrow allocates from. Must not be used once this is closed, nor may any buffer. */
    BufferAllocator allocator() {
        return allocator;
    }

    /** Bytes that are allocated for streams now. */
    static long held() {
        return HELD.get();
    }

    /** Arrow has this setting, and keeps the classes that lead to it to itself. */
    private BufferAllocator allocator(long bytesMax) {
        try {
            Class<?> base = RootAllocator.class.getSuperclass();
            Object builder = accessible(base.getMethod("configBuilder")).invoke(null);
            set(builder, "maxAllocation", long.class, bytesMax);
            set(builder, "allocationManagerFactory", AllocationManager.Factory.class, this);
            Object config = accessible(builder.getClass().getMethod("build")).invoke(builder);
            for (Constructor<?> constructor : RootAllocator.class.getConstructors()) {
                Class<?>[] types = constructor.getParameterTypes();
                if (types.length == 1 && types[0].isInstance(config)) {
                    return (BufferAllocator) constructor.newInstance(config);
                }
            }
            throw new IllegalStateException("this version of Arrow has no such allocator");
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("this version of Arrow has no such setting", e);
        }
    }

    private static void set(Object builder, String name, Class<?> type, Object value)
            throws ReflectiveOperationException {
        Object unused = accessible(builder.getClass().getMethod(name, type)).invoke(builder, value);
    }

    private static Method accessible(Method method) {
        method.setAccessible(true);
        return method;
    }

    @Override
    public AllocationManager create(BufferAllocator accounting, long size) {
        Block block = new Block(accounting, size);
        blocks.add(block);
        return block;
    }

    @Override
    public ArrowBuf empty() {
        return Empty.BUFFER;
    }

    /** Frees what was lost. */
    @Override
    public void close() {
        Set.copyOf(blocks).forEach(Block::release0);
    }

    /** Arrow's own, which is never freed. */
    private static final class Empty {
        static final ArrowBuf BUFFER = new RootAllocator(0).getEmpty();
    }

    /** Bytes that were allocated together. */
    private final class Block extends AllocationManager {
        private final long size;
        private final long address;

        Block(BufferAllocator accounting, long size) {
            super(accounting);
            this.size = size;
            this.address = MemoryUtil.allocateMemory(size);
            HELD.addAndGet(size);
        }

        @Override
        public long getSize() {
            return size;
        }

        @Override
        protected long memoryAddress() {
            return address;
        }

        @Override
        protected void release0() {
            if (blocks.remove(this)) {
                MemoryUtil.freeMemory(address);
                HELD.addAndGet(-size);
            }
        }
    }
}
