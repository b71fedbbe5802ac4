/** Runs the kernels of exact search and re-ranking for batches of queries. */
@NullMarked
package io.omendb.gpu.exact;

import org.jspecify.annotations.NullMarked;
