package io.omendb.gpu;

import io.omendb.index.device.DeviceException;
import java.util.Locale;

/**
 * How to use the GPU.
 *
 * @param memory bytes of device memory for segments; 0 for {@link #SHARE} of what is free
 */
record GpuOptions(long memory) {
    /** Property: a number of bytes, perhaps with m or g after it. */
    static final String MEMORY = "omen.gpu.memory";

    static final double SHARE = 0.8;

    /** For searches themselves: queries, candidates, sorting. */
    private static final long WORK_BYTES = 1L << 30;

    /** Options from system properties. */
    static GpuOptions ofProperties() throws DeviceException {
        String text = System.getProperty(MEMORY, "").trim().toLowerCase(Locale.ROOT);
        if (text.isEmpty()) {
            return new GpuOptions(0);
        }
        int shift = text.endsWith("g") ? 30 : text.endsWith("m") ? 20 : 0;
        try {
            long number = Long.parseLong(shift == 0 ? text : text.substring(0, text.length() - 1));
            if (number > 0) {
                return new GpuOptions(Math.multiplyExact(number, 1L << shift));
            }
        } catch (ArithmeticException | NumberFormatException e) {
            throw new DeviceException(unexpected(text), e);
        }
        throw new DeviceException(unexpected(text));
    }

    private static String unexpected(String text) {
        return MEMORY + ": found \"" + text + "\", expected bytes, such as 60g or 512m";
    }

    long budgetBytes(long free) {
        return memory > 0 ? memory : (long) Math.max(0, free * SHARE - WORK_BYTES);
    }
}
