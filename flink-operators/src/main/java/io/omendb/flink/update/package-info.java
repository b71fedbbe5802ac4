/** What flows to vector operators, and how it is serialized between tasks. */
@NullMarked
package io.omendb.flink.update;

import org.jspecify.annotations.NullMarked;
