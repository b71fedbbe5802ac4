package io.omendb.index.ivf;

import io.omendb.index.kernel.BitCodeKernel;
import io.omendb.index.kernel.Kernels;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Posting lists that still grow, of a mutable segment. One thread adds rows in ascending order; a
 * list's size is published after its entry, and {@link #indexedRows} after all entries of those
 * rows, so a reader sees whole entries only. It may see entries of rows newer than its snapshot and
 * has to pass them over.
 */
public final class GrowingLists implements PostingLists {
    private static final int BLOCK = BitCodeKernel.BLOCK;
    private static final int OBJECT_BYTES = 40;

    private final BitCodeKernel kernel = Kernels.bitCodes();
    private final Codebook codebook;
    private final int words;
    private final int blockInts;
    private final @Nullable Growing[] lists;
    private final float[] scratch;
    private final float[] rotated;
    private long bytes;
    private volatile int indexedRows;

    public GrowingLists(Codebook codebook) {
        this.codebook = codebook;
        this.words = codebook.dimension() / Integer.SIZE;
        this.blockInts = (words + BitCodeKernel.FIELDS) * BLOCK;
        this.lists = new Growing[codebook.lists()];
        this.scratch = codebook.scratch();
        this.rotated = new float[codebook.dimension()];
    }

    /**
     * Assigns, encodes and adds the next row. It counts as indexed only from {@link #publish} on.
     *
     * @param vector holds the row's components from {@code offset} on
     */
    public void add(int row, float[] vector, int offset) {
        codebook.rotation().apply(vector, offset, rotated, 0);
        addRotated(row, rotated, 0);
    }

    void addRotated(int row, float[] vector, int offset) {
        int list = codebook.assign(vector, offset, scratch);
        Growing growing = lists[list];
        if (growing == null) {
            growing = new Growing(blockInts);
            bytes += OBJECT_BYTES + (long) blockInts * Integer.BYTES;
            lists[list] = growing;
        }
        int entry = growing.size;
        int block = entry / BLOCK * blockInts;
        if (block == growing.blocks.length) {
            bytes += (long) block * Integer.BYTES;
            growing.blocks = Arrays.copyOf(growing.blocks, block * 2);
        }
        kernel.encode(
                vector,
                offset,
                codebook.centroids(),
                list * codebook.dimension(),
                codebook.dimension(),
                growing.blocks,
                block,
                entry % BLOCK);
        growing.blocks[ListView.field(0, entry, words, words + 2)] = row;
        Growing.SIZE.setRelease(growing, entry + 1);
    }

    /** Makes rows below {@code rows} count as indexed. */
    public void publish(int rows) {
        indexedRows = rows;
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
        return bytes + (long) lists.length * Integer.BYTES;
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
    }
}
