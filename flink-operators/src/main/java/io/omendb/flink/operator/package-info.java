/** The operator that applies updates to vector state. */
@NullMarked
package io.omendb.flink.operator;

import org.jspecify.annotations.NullMarked;
