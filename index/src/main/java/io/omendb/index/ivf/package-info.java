/**
 * The live inverted-file index: rotation, codebook, RaBitQ codes in posting lists, and the search
 * over them.
 */
@NullMarked
package io.omendb.index.ivf;

import org.jspecify.annotations.NullMarked;
