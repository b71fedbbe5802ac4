package io.omendb.index.shard;

import io.omendb.index.background.Pace;
import io.omendb.index.device.SearchDevice;
import java.nio.file.Path;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * What a shard borrows from its owner.
 *
 * @param directory where segments are written; null keeps them on the heap
 * @param background runs training, merging and writing; {@code Runnable::run} does all of it on the
 *     writing thread, which makes a shard deterministic
 * @param pace how that work makes way for searches; null if it does not
 * @param device searches sealed segments, where that is faster; null to do without
 */
public record ShardEnvironment(
        @Nullable Path directory,
        Executor background,
        @Nullable Pace pace,
        @Nullable SearchDevice device) {

    /** Everything on the heap and on the writing thread. */
    public static final ShardEnvironment INLINE = new ShardEnvironment(null, Runnable::run);

    /** Background work that does not make way for searches. */
    public ShardEnvironment(@Nullable Path directory, Executor background) {
        this(directory, background, null, null);
    }
}
