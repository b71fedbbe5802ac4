package io.omendb.index.file;

import java.nio.ByteBuffer;

/**
 * Rows of vectors that are to be read soon, asked of memory side by side. Rows lie all over files
 * larger than any cache, so each costs a walk through page tables and a fetch; one after the other
 * they would add up. A processor has only a few hundred instructions under way, so what finds a
 * row's place is kept apart from the loads: those then come close enough to overlap. One thread.
 */
public final class ReadAhead {
    private static final int LINE_BYTES = 64;

    private final ByteBuffer[] buffers;
    private final int[] firsts;
    private final int[] lasts;
    private int size;

    /** Keeps the loads from being optimized away. */
    private int touched;

    /**
     * Room for rows.
     *
     * @param rows how many are asked for together at most
     */
    public ReadAhead(int rows) {
        buffers = new ByteBuffer[rows];
        firsts = new int[rows];
        lasts = new int[rows];
    }

    /**
     * Adds a row.
     *
     * @param first its first byte in the buffer
     * @param bytes how many it takes, at least one
     */
    void add(ByteBuffer buffer, int first, int bytes) {
        buffers[size] = buffer;
        firsts[size] = first;
        lasts[size] = first + bytes - 1;
        size++;
    }

    /** Reads a component of every cache line of a row on the heap: at once. */
    public void readHeap(float[] vectors, int first, int components) {
        float sum = vectors[first + components - 1];
        for (int i = first; i < first + components; i += LINE_BYTES / Float.BYTES) {
            sum += vectors[i];
        }
        touched += (int) sum;
    }

    /** Reads a byte of every cache line of the rows added, which are forgotten then. */
    public void read() {
        int sum = 0;
        for (int i = 0; i < size; i++) {
            sum += buffers[i].get(firsts[i]);
        }
        // Rows need not start at a line, and may end in another page.
        for (int i = 0; i < size; i++) {
            sum += buffers[i].get(lasts[i]);
        }
        for (int i = 0; i < size; i++) {
            ByteBuffer buffer = buffers[i];
            for (int at = firsts[i] + LINE_BYTES; at < lasts[i]; at += LINE_BYTES) {
                sum += buffer.get(at);
            }
        }
        touched += sum;
        size = 0;
    }

    /** What reading left behind: of no meaning. */
    public int touched() {
        return touched;
    }
}
