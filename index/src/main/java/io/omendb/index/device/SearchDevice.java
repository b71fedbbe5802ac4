package io.omendb.index.device;

import io.omendb.index.ivf.IndexBuilder;
import io.omendb.index.segment.Segment;
import org.jspecify.annotations.Nullable;

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

    /**
     * Asks for the rows of a segment that still grows to be copied soon after they are appended.
     * Once it is frozen and all its rows are there, it is as if it had been admitted.
     *
     * @param rowsMax rows that it may have in the end
     */
    void follow(Segment segment, int rowsMax);

    /** Says that no new search will ask for the segment. */
    void release(Segment segment);

    /** How many of the segment's rows, from the first on, can be searched here now. */
    int residentRows(Segment segment);

    /**
     * Starts an exact search; searches that are waiting for the device at the same time go through
     * it together.
     *
     * @return the answer to come
     */
    DeviceSearch search(DeviceQuery query);

    /**
     * Makes indexes of vectors; null where the processor does that sooner, or the device is lost.
     *
     * @param dimension components of a vector, once padded
     * @param rows rows of the work
     */
    @Nullable IndexBuilder indexBuilder(int dimension, int rows);

    /** Compares listed rows. */
    Reranker reranker();

    /** Counts of what it did, for metrics. */
    DeviceFigures figures();

    /** Ends all work and gives the memory back. Waiting searches fail. */
    @Override
    void close();
}
