/** Measurements of a running stack: killed in mid-stream, checkpointed, restored. */
@NullMarked
package io.omendb.bench.stack;

import org.jspecify.annotations.NullMarked;
