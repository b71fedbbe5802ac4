/** A running stack that is killed again and again, and what it still holds afterwards. */
@NullMarked
package io.omendb.bench.faults;

import org.jspecify.annotations.NullMarked;
