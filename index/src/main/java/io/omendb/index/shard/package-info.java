/** The part of a collection that one task owns: segments, primary key, tombstones, snapshots. */
@NullMarked
package io.omendb.index.shard;

import org.jspecify.annotations.NullMarked;
