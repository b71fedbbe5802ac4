/** The Flink DSL: {@link io.omendb.flink.OmenSink}. */
@NullMarked
package io.omendb.flink;

import org.jspecify.annotations.NullMarked;
