package io.omendb.bench;

import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.index.background.Pace;
import io.omendb.index.device.SearchDevice;
import io.omendb.index.file.RowImage;
import io.omendb.index.segment.IdHash;
import io.omendb.index.shard.Shard;
import io.omendb.index.shard.ShardEnvironment;
import io.omendb.index.shard.ShardOptions;
import io.omendb.schema.CollectionSchema;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The store's own shard as it runs in a Flink task: rows are upserted one by one, indexed as they
 * arrive, sealed to files in a temporary directory, retrained and merged. A row's id is its number.
 */
final class BenchShard implements AutoCloseable {
    private static final long BACKGROUND_MINUTES_MAX = 30;

    private final Shard shard;
    private final Path directory;
    private final ExecutorService background;

    private BenchShard(Shard shard, Path directory, ExecutorService background) {
        this.shard = shard;
        this.directory = directory;
        this.background = background;
    }

    /**
     * An empty shard.
     *
     * @param inBackground whether maintenance has a thread of its own; else the writer does it
     */
    static BenchShard open(CollectionSchema schema, boolean inBackground) {
        return open(schema, inBackground, null);
    }

    /**
     * An empty shard.
     *
     * @param device searches sealed segments; null to do without
     */
    static BenchShard open(
            CollectionSchema schema, boolean inBackground, @Nullable SearchDevice device) {
        Path directory;
        try {
            directory = Files.createTempDirectory("omen-bench-");
        } catch (IOException e) {
            throw new OmenException(ErrorCode.EXTERNAL, "no directory for segments: " + e, e);
        }
        ExecutorService background =
                Executors.newSingleThreadExecutor(
                        task -> {
                            Thread thread = new Thread(task, "omen-bench-background");
                            thread.setDaemon(true);
                            return thread;
                        });
        ShardEnvironment environment =
                new ShardEnvironment(
                        directory,
                        inBackground ? background : Runnable::run,
                        inBackground ? new Pace() : null,
                        device);
        return new BenchShard(
                new Shard(schema, ShardOptions.DEFAULT, environment), directory, background);
    }

    Shard shard() {
        return shard;
    }

    /** Upserts a row. */
    void upsert(int row, float[] vector) {
        upsert(row, row, vector, null);
    }

    /** Upserts a row at a position of the stream. */
    void upsert(int row, long position, float[] vector) {
        upsert(row, position, vector, null);
    }

    /** Upserts a row with metadata. */
    void upsert(int row, long position, float[] vector, byte @Nullable [] metadata) {
        byte[] id = Integer.toString(row).getBytes(StandardCharsets.ISO_8859_1);
        shard.upsert(
                IdHash.of(id), new RowImage(id, 0, "bench-0", position, 0, metadata, null), vector);
    }

    /** Seals, and waits for the background to have nothing left to do. */
    void settle() {
        shard.seal();
        shard.maintain();
        try {
            long deadline = System.nanoTime() + TimeUnit.MINUTES.toNanos(BACKGROUND_MINUTES_MAX);
            while (!shard.isSettled()) {
                // One task at a time: this one comes after a turn of the shard's.
                background.submit(() -> {}).get(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new OmenException(ErrorCode.INTERNAL, "interrupted", e);
        } catch (ExecutionException | TimeoutException e) {
            throw new OmenException(ErrorCode.INTERNAL, "background work did not end: " + e, e);
        }
    }

    @Override
    public void close() {
        shard.close();
        background.shutdownNow();
        try (Stream<Path> walk = Files.walk(directory)) {
            for (Path path : walk.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        } catch (IOException e) {
            throw new OmenException(ErrorCode.EXTERNAL, "cannot delete " + directory, e);
        }
    }
}
