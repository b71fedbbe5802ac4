package io.omendb.index.shard;

import java.nio.file.Path;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * What a shard borrows from its owner.
 *
 * @param directory where segments are written; null keeps them on the heap
 * @param background runs training, merging and writing; {@code Runnable::run} does all of it on the
 *     writing thread, which makes a shard deterministic
 */
public record ShardEnvironment(@Nullable Path directory, Executor background) {

    /** Everything on the heap and on the writing thread. */
    public static final ShardEnvironment INLINE = new ShardEnvironment(null, Runnable::run);
}
