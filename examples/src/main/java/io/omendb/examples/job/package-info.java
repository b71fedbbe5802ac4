/** Flink jobs that make a stream searchable with {@link io.omendb.flink.OmenSink}. */
@NullMarked
package io.omendb.examples.job;

import org.jspecify.annotations.NullMarked;
