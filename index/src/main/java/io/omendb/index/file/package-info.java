/** The files of a segment folder: how each is laid out, written and verified. */
@NullMarked
package io.omendb.index.file;

import org.jspecify.annotations.NullMarked;
