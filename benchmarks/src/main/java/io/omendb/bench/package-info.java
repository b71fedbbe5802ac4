/** Benchmarks: vector file readers, exact truth, and the {@code bench} commands. */
@NullMarked
package io.omendb.bench;

import org.jspecify.annotations.NullMarked;
