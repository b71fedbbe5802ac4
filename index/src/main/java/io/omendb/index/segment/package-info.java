/**
 * Rows in memory and on disk: the mutable segment, the sealed segment and the segment folder's
 * format.
 */
@NullMarked
package io.omendb.index.segment;

import org.jspecify.annotations.NullMarked;
