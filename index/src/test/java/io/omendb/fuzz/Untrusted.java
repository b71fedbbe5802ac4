package io.omendb.fuzz;

import com.sun.management.ThreadMXBean;
import io.omendb.ErrorCode;
import io.omendb.OmenException;
import java.lang.management.ManagementFactory;
import java.util.Set;

/**
 * What a reader of bytes that nobody vouches for promises: a value, or a refusal that says what is
 * wrong, within a time and a memory that the length of the bytes bounds. Everything else that it
 * throws is a defect, errors of the JVM among them.
 */
public final class Untrusted {
    private static final long CPU_NANOS_MAX = 2_000_000_000L;
    private static final long BYTES_ALWAYS = 48L << 20;
    private static final long BYTES_PER_BYTE = 1_024;

    private static final Set<ErrorCode> OF_FILES = Set.of(ErrorCode.CORRUPT, ErrorCode.INVALID);

    private static final ThreadMXBean THREAD = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private Untrusted() {}

    /** Reads what a client sent: what it may be told is that the fault is its own. */
    public static void request(byte[] input, Runnable reader) {
        bounded(
                input,
                () -> {
                    try {
                        reader.run();
                    } catch (OmenException e) {
                        requireRefusal(e);
                    }
                });
    }

    /** Reads what lay on a disk: it may be damaged, or of a newer version. */
    public static void file(byte[] input, Runnable reader) {
        bounded(
                input,
                () -> {
                    try {
                        reader.run();
                    } catch (OmenException e) {
                        require(OF_FILES.contains(e.code()), e);
                    }
                });
    }

    /** Checks that an error says that the client is at fault, and at what. */
    public static void requireRefusal(OmenException e) {
        int status = e.code().httpStatus();
        require(status >= 400 && status < 500, e);
    }

    private static void require(boolean refusal, OmenException e) {
        if (!refusal || e.getMessage() == null || e.getMessage().isBlank()) {
            throw new AssertionError("not a refusal: " + e.code() + " " + e.getMessage(), e);
        }
    }

    /**
     * Runs a reader once, or twice where it took too much: the first time may have loaded and
     * instrumented classes.
     */
    public static void bounded(byte[] input, Runnable reader) {
        for (int tries = 0; !isWithinBounds(input, reader); tries++) {
            if (tries > 0) {
                throw tooMuch(input);
            }
        }
    }

    private static AssertionError tooMuch(byte[] input) {
        return new AssertionError(
                input.length
                        + " bytes took more than "
                        + CPU_NANOS_MAX
                        + " ns of a processor, or more than "
                        + bytesMax(input)
                        + " bytes of memory");
    }

    private static boolean isWithinBounds(byte[] input, Runnable reader) {
        long nanos = THREAD.getCurrentThreadCpuTime();
        long bytes = THREAD.getCurrentThreadAllocatedBytes();
        reader.run();
        return THREAD.getCurrentThreadCpuTime() - nanos <= CPU_NANOS_MAX
                && THREAD.getCurrentThreadAllocatedBytes() - bytes <= bytesMax(input);
    }

    private static long bytesMax(byte[] input) {
        return BYTES_ALWAYS + BYTES_PER_BYTE * input.length;
    }
}
