/** Flink's own processes, as children that end with their parent. */
@NullMarked
package io.omendb.flink.process;

import org.jspecify.annotations.NullMarked;
