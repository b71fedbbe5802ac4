package io.omendb.index.file;

/** What a part of a new segment is made from. */
public sealed interface PartContent {

    /**
     * Files of another segment, used by the new one too.
     *
     * @param from has the files
     * @param part which of its parts, and the rows to keep of it
     */
    record Kept(SegmentFolder from, SegmentPart part) implements PartContent {}

    /**
     * Rows that are written.
     *
     * @param firstRow the first one's number in the new segment
     * @param rows how many
     */
    record Written(int firstRow, int rows) implements PartContent {}
}
