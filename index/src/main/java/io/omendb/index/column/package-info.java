/** Append-only chunked columns: one writer, many readers, no copy on growth. */
@NullMarked
package io.omendb.index.column;

import org.jspecify.annotations.NullMarked;
