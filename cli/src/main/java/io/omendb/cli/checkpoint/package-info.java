/** Reads checkpoints without a running job. */
@NullMarked
package io.omendb.cli.checkpoint;

import org.jspecify.annotations.NullMarked;
