/** The whole of OmenDB on one machine: broker, Flink, gateway. */
@NullMarked
package io.omendb.cli.stack;

import org.jspecify.annotations.NullMarked;
