package io.omendb.bench;

import java.util.List;

/** An index under test. Built by one thread, then searched by many. */
interface BenchIndex extends AutoCloseable {

    /** Adds rows {@code firstRow} to {@code firstRow + rows - 1}; vectors lie end to end. */
    void add(int firstRow, int rows, float[] vectors);

    /** Ends building: whatever background work there is has been done when this returns. */
    void finish();

    /** Bytes of raw vectors in memory, which index_bytes_per_row leaves out. */
    long vectorBytes();

    /** Bytes of files that searches read through memory maps: page cache, not process memory. */
    default long mappedBytes() {
        return 0;
    }

    /** The settings to measure searches with, from fast to exact. */
    List<OperatingPoint> points();

    @Override
    void close();

    /** Search settings. Safe to use from many threads. */
    interface OperatingPoint {

        /** The settings in words, such as {@code nprobe=32}. */
        String params();

        Answer search(float[] query, int k);
    }

    /**
     * What a search found.
     *
     * @param rows nearest first
     * @param rowsScanned rows whose distance was computed or estimated; 0 if the index does not say
     */
    record Answer(int[] rows, long rowsScanned) {}
}
