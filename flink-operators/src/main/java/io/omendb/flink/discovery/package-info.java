/** Finding the shards of a running job from outside of it. */
@NullMarked
package io.omendb.flink.discovery;

import org.jspecify.annotations.NullMarked;
