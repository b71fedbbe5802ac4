/** Answers as Arrow IPC streams, for clients whose tables are Arrow's. */
@NullMarked
package io.omendb.gateway.arrow;

import org.jspecify.annotations.NullMarked;
