package io.omendb.index.ivf;

import io.omendb.index.kernel.BitCodeKernel;
import io.omendb.index.kernel.CodeLayout;
import io.omendb.index.kernel.Kernels;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Posting lists that still grow, of a mutable segment. One thread adds rows in ascending order;
 * rows wait, rotated, until there are enough to assign them together, which takes a third of the
 * time. Whoever searches compares rows from {@link #indexedRows} on exactly.
 *
 * <p>A list's size is published after its entry, and {@link #indexedRows} after all entries of
 * those rows, so a reader sees whole entries only. It may see entries of rows newer than its
 * snapshot and has to pass them over.
 */
public final class GrowingLists implements PostingLists {
    private static final int BLOCK = BitCodeKernel.BLOCK;
    private static final int OBJECT_BYTES = 40;

    /** Components of all rows that wait: what a search spends on them, a few microseconds. */
    private static final int WAITING_COMPONENTS = 1 << 15;

    private static final int WAITING_MIN = 16;
    private static final int WAITING_MAX = 256;

    private final BitCodeKernel kernel = Kernels.bitCodes();
    private final Codebook codebook;
    private final int words;
    private final int blockInts;
    private final @Nullable Growing[] lists;
    private final ListAssigner assigner;
    private final float[] rotated;
    private final int[] waitingRows;
    private final int[] assigned;
    private int waiting;
    private long bytes;
    private volatile int indexedRows;

    public GrowingLists(Codebook codebook) {
        this.codebook = codebook;
        this.words = codebook.dimension() / Integer.SIZE;
        this.blockInts = (words + BitCodeKernel.FIELDS) * BLOCK;
        this.lists = new Growing[codebook.lists()];
        int rows = WAITING_COMPONENTS / codebook.dimension();
        int capacity = Math.min(WAITING_MAX, Math.max(WAITING_MIN, rows));
        this.assigner = new ListAssigner(codebook, capacity);
        this.rotated = new float[capacity * codebook.dimension()];
        this.waitingRows = new int[capacity];
        this.assigned = new int[capacity];
    }

    /**
     * Adds the next row. It is assigned and encoded, and counts as indexed, once enough others have
     * come, or from {@link #flush} on.
     *
     * @param vector holds the row's components from {@code offset} on
     */
    public void add(int row, float[] vector, int offset) {
        codebook.rotation().apply(vector, offset, rotated, waiting * codebook.dimension());
        waitingRows[waiting++] = row;
        if (waiting == waitingRows.length) {
            flush();
        }
    }

    /** Assigns and encodes rows that wait; all rows added count as indexed from here on. */
    public void flush() {
        if (waiting == 0) {
            return;
        }
        assigner.assign(rotated, waiting, assigned);
        for (int i = 0; i < waiting; i++) {
            append(waitingRows[i], assigned[i], i * codebook.dimension());
        }
        indexedRows = waitingRows[waiting - 1] + 1;
        waiting = 0;
    }

    /**
     * Adds rows that were assigned and encoded elsewhere. No other rows may wait.
     *
     * @param firstRow the first of them, above all that were added
     * @param rows how many; they count as indexed from here on
     * @param assignedLists the list of each, from the start
     * @param entries of each its code, as words with the bits that {@link BitCodeKernel#bit} says,
     *     the bits of its square and those of its slope, end to end
     */
    public void addEncoded(int firstRow, int rows, int[] assignedLists, int[] entries) {
        if (waiting > 0) {
            throw new IllegalStateException(waiting + " rows wait");
        }
        int fields = words + 2;
        CodeLayout layout = kernel.layout();
        for (int i = 0; i < rows; i++) {
            Growing growing = growing(assignedLists[i]);
            int block = growing.size / BLOCK * blockInts;
            int lane = growing.size % BLOCK;
            int from = i * fields;
            for (int word = 0; word < words; word++) {
                layout.putWord(growing.blocks, block, lane, word, entries[from + word]);
            }
            for (int field = words; field < fields; field++) {
                growing.blocks[block + field * BLOCK + lane] = entries[from + field];
            }
            growing.publish(firstRow + i, words);
        }
        indexedRows = firstRow + rows;
    }

    private void append(int row, int list, int offset) {
        Growing growing = growing(list);
        int entry = growing.size;
        kernel.encode(
                rotated,
                offset,
                codebook.centroids(),
                list * codebook.dimension(),
                codebook.dimension(),
                growing.blocks,
                entry / BLOCK * blockInts,
                entry % BLOCK);
        growing.publish(row, words);
    }

    /** A list with room for another entry. */
    private Growing growing(int list) {
        Growing growing = lists[list];
        if (growing == null) {
            growing = new Growing(blockInts);
            bytes += OBJECT_BYTES + (long) blockInts * Integer.BYTES;
            lists[list] = growing;
        }
        int block = growing.size / BLOCK * blockInts;
        if (block == growing.blocks.length) {
            bytes += (long) block * Integer.BYTES;
            int[] longer = Arrays.copyOf(growing.blocks, block * 2);
            // Readers that take the longer array find in it what was published in the shorter.
            VarHandle.releaseFence();
            growing.blocks = longer;
        }
        return growing;
    }

    @Override
    public Codebook codebook() {
        return codebook;
    }

    @Override
    public int indexedRows() {
        return indexedRows;
    }

    @Override
    public void view(int list, ListView into) {
        Growing growing = lists[list];
        if (growing == null) {
            into.size = 0;
            return;
        }
        into.size = (int) Growing.SIZE.getAcquire(growing);
        into.blocks = growing.blocks;
        into.offset = 0;
    }

    @Override
    public int touch(int list) {
        Growing growing = lists[list];
        if (growing == null) {
            return 0;
        }
        int blocks = ((int) Growing.SIZE.getAcquire(growing) + BLOCK - 1) / BLOCK;
        return ListView.touch(growing.blocks, 0, blocks * blockInts);
    }

    @Override
    public int size(int list) {
        Growing growing = lists[list];
        return growing == null ? 0 : (int) Growing.SIZE.getAcquire(growing);
    }

    @Override
    public long bytes() {
        return bytes + (long) lists.length * Integer.BYTES + (long) rotated.length * Float.BYTES;
    }

    /**
     * One list. Its array is replaced by longer copies; whoever reads the size first finds an array
     * at least that long.
     */
    private static final class Growing {
        static final VarHandle SIZE;

        static {
            try {
                SIZE = MethodHandles.lookup().findVarHandle(Growing.class, "size", int.class);
            } catch (ReflectiveOperationException e) {
                throw new ExceptionInInitializerError(e);
            }
        }

        int[] blocks;
        int size;

        Growing(int blockInts) {
            blocks = new int[blockInts];
        }

        /** Shows the entry that was written behind the last one. */
        void publish(int row, int words) {
            blocks[ListView.field(0, size, words, words + 2)] = row;
            SIZE.setRelease(this, size + 1);
        }
    }
}
