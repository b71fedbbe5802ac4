package io.omendb.index.segment;

import io.omendb.index.file.MappedVectors;

/**
 * The vectors of a mapped file. The Vector API of Java 17 reads arrays only, so they are copied.
 */
final class StoredVectors implements Vectors {
    private final MappedVectors file;

    StoredVectors(MappedVectors file) {
        this.file = file;
    }

    @Override
    public int dimension() {
        return file.dimension();
    }

    @Override
    public void read(int firstRow, int rows, float[] into, int offset) {
        file.read(firstRow, rows, into, offset);
    }

    @Override
    public float touch(int row) {
        return file.touch(row);
    }

    @Override
    public VectorCursor cursor() {
        return new CopyingCursor(this);
    }

    @Override
    public long heapBytes() {
        return 0;
    }
}
