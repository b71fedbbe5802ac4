package io.omendb.index.device;

import io.omendb.index.segment.Segment;

/**
 * Holds copies of sealed segments' vectors and searches them exactly. It never holds the only copy
 * of anything: whatever it refuses or fails at, the processor does.
 *
 * <p>Safe to use from any thread.
 */
public interface SearchDevice extends AutoCloseable {

    /** What it is, for people, such as {@code NVIDIA H100 80GB HBM3}. */
    String name();

    /** Chooses between the device and the processor. */
    DevicePlanner planner();

    /** Whether a search of this size can run here at all. */
    boolean supports(int dimension, int k);

    /**
     * Asks for a frozen segment's vectors to be copied to the device. Returns at once; the copy is
     * made in the background where there is room. Asking again changes nothing.
     */
    void admit(Segment segment);

    /** Says that no new search will ask for the segment. */
    void release(Segment segment);

    /** Whether the segment can be searched here now. */
    boolean isResident(Segment segment);

    /**
     * Starts an exact search; searches that are waiting for the device at the same time go through
     * it together.
     *
     * @return the answer to come
     */
    DeviceSearch search(DeviceQuery query);

    /** Compares listed rows. */
    Reranker reranker();

    /** Counts of what it did, for metrics. */
    DeviceFigures figures();

    /** Ends all work and gives the memory back. Waiting searches fail. */
    @Override
    void close();
}
