/** Bounded top-k and hits: what a search over segments collects. */
@NullMarked
package io.omendb.index.search;

import org.jspecify.annotations.NullMarked;
