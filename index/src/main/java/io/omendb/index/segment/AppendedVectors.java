package io.omendb.index.segment;

import io.omendb.index.file.MappedVectors;
import io.omendb.index.file.SegmentFolder;
import org.jspecify.annotations.Nullable;

/** Vectors that rows are appended to, by one thread. */
interface AppendedVectors extends Vectors {

    /**
     * Writes the vector of the next row.
     *
     * @throws io.omendb.OmenException EXTERNAL if the disk refuses it; it may be tried again
     */
    void append(int row, float[] vector);

    /**
     * How to write the file of all vectors, when no more will come.
     *
     * @param rows how many there are
     */
    SegmentFolder.VectorsContent content(int rows);

    /** The file that {@link #content} made, once it is whole, if its rows are mapped; else null. */
    @Nullable MappedVectors mapped();

    /** Frees what is held apart from the heap. What was read or stored before stays. */
    void close();
}
