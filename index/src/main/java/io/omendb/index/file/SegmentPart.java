package io.omendb.index.file;

import org.jspecify.annotations.Nullable;

/**
 * Rows of a segment that lie in files of their own: vectors, metadata and posting lists. A segment
 * that was merged from others goes on using their files, so that a merge writes, and a checkpoint
 * uploads, next to nothing again.
 *
 * @param id the segment the files were written for
 * @param rows which of their rows belong to this one
 * @param lists name of the file of posting lists, which count rows as the other files do; null for
 *     none
 */
public record SegmentPart(String id, KeptRows rows, @Nullable String lists) {}
