package io.omendb.index.segment;

import io.omendb.index.file.RowImage;
import io.omendb.schema.CollectionSchema;
import java.util.UUID;

/**
 * Rows of one collection. Mutable while it is a shard's newest segment: the task thread appends.
 * Frozen from then on, apart from tombstones, and its vectors move from the heap to a mapped file
 * once they were written. Rows are told apart by their ordinal, dense from 0.
 *
 * <p>Written by the task thread; read by query threads, which learn how many rows there are from a
 * shard snapshot.
 */
public final class Segment {
    private final String id;
    private final int slot;
    private final CollectionSchema schema;
    private final SegmentRows rows;
    private final Tombstones tombstones = new Tombstones();
    private volatile Vectors vectors;
    private volatile int rowCount;
    private boolean frozen;

    private Segment(String id, int slot, CollectionSchema schema, Vectors vectors) {
        this.id = id;
        this.slot = slot;
        this.schema = schema;
        this.rows = new SegmentRows(schema.fields());
        this.vectors = vectors;
    }

    /**
     * An empty mutable segment.
     *
     * @param slot the segment's number within its shard, never used twice
     */
    public static Segment mutable(int slot, CollectionSchema schema) {
        return new Segment(
                UUID.randomUUID().toString(), slot, schema, new HeapVectors(schema.dimension()));
    }

    /**
     * An empty segment whose vectors are already in a file; its rows are to be added in order, then
     * it is frozen.
     */
    static Segment over(String id, int slot, CollectionSchema schema, Vectors vectors) {
        return new Segment(id, slot, schema, vectors);
    }

    /**
     * Appends a row.
     *
     * @param vector the components, already normalised where the metric asks for it; copied
     * @return the row's ordinal
     */
    public int append(RowImage image, float[] vector) {
        if (frozen || !(vectors instanceof HeapVectors heap)) {
            throw new IllegalStateException("segment " + id + " is sealed");
        }
        int row = rowCount;
        heap.append(row, vector);
        rows.append(row, image);
        rowCount = row + 1;
        return row;
    }

    /** Adds a row whose vector the file holds already. */
    void appendStored(RowImage image) {
        int row = rowCount;
        rows.append(row, image);
        rowCount = row + 1;
    }

    /** Ends appends. */
    public void freeze() {
        frozen = true;
    }

    /**
     * Moves reading to a file that holds the same vectors; the heap copy is freed once no reader
     * uses it.
     */
    void replaceVectors(Vectors stored) {
        vectors = stored;
    }

    public String id() {
        return id;
    }

    public int slot() {
        return slot;
    }

    public CollectionSchema schema() {
        return schema;
    }

    /** Rows appended so far, dead ones included. */
    public int rowCount() {
        return rowCount;
    }

    public SegmentRows rows() {
        return rows;
    }

    public Tombstones tombstones() {
        return tombstones;
    }

    public Vectors vectors() {
        return vectors;
    }

    /** Heap bytes of rows, vectors and tombstones. */
    public long memoryBytes() {
        return rows.bytes() + vectors.heapBytes() + tombstones.bytes();
    }
}
