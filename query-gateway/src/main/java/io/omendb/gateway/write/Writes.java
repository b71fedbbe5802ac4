package io.omendb.gateway.write;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.gateway.freshness.AppliedWait;
import io.omendb.gateway.freshness.Token;
import io.omendb.gateway.http.Problem;
import io.omendb.gateway.shards.Deadline;
import io.omendb.record.PointBatch;
import io.omendb.schema.CollectionDefinition;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.function.IntConsumer;

/** What can be written, however it was asked for. Safe for use by any thread. */
public final class Writes {
    private final PointWriter writer;
    private final PointVectors vectors;
    private final AppliedWait wait;
    private final FilterDeletion byFilter;
    private final IntConsumer accepted;

    /**
     * @param accepted hears of the points of each batch that was acknowledged
     */
    public Writes(
            PointWriter writer,
            PointVectors vectors,
            AppliedWait wait,
            FilterDeletion byFilter,
            IntConsumer accepted) {
        this.writer = writer;
        this.vectors = vectors;
        this.wait = wait;
        this.byFilter = byFilter;
        this.accepted = accepted;
    }

    /**
     * What Kafka has acknowledged.
     *
     * @param tokens the highest position per partition
     */
    record Written(int count, List<Token> tokens) {
        /** {@code {"accepted": 2, "tokens": [...]}}. */
        ObjectNode json() {
            ObjectNode json = JsonNodeFactory.instance.objectNode();
            json.put("accepted", count);
            ArrayNode list = json.putArray("tokens");
            tokens.forEach(token -> list.add(token.toString()));
            return json;
        }
    }

    /** As {@link PointVectors#ready} has it. */
    <P> CompletableFuture<ReadyPoints<P>> ready(
            CollectionDefinition collection,
            WriteForm<P> form,
            PointBatch<P> batch,
            Deadline deadline) {
        return vectors.ready(collection, form, batch, deadline);
    }

    /**
     * Writes the points of a batch, or none where one of them is bad. May block.
     *
     * @param blocking where the writing may block, if vectors have to be made first
     */
    <P> CompletableFuture<Written> write(
            CollectionDefinition collection,
            WriteForm<P> form,
            PointBatch<P> batch,
            Deadline deadline,
            Executor blocking) {
        CompletableFuture<ReadyPoints<P>> ready = ready(collection, form, batch, deadline);
        return ready.isDone()
                ? ready.thenCompose(points -> write(collection, points))
                : ready.thenComposeAsync(points -> write(collection, points), blocking);
    }

    /** Writes points that are ready, and releases them. May block. */
    <P> CompletableFuture<Written> write(CollectionDefinition collection, ReadyPoints<P> ready) {
        int points = ready.points().size();
        try {
            return writer.write(collection, ready.form(), ready.points())
                    .whenComplete((tokens, failure) -> ready.release())
                    .thenApply(
                            tokens -> {
                                accepted.accept(points);
                                return new Written(points, tokens);
                            });
        } catch (RuntimeException e) {
            ready.release();
            throw e;
        }
    }

    /**
     * Deletes points. May block.
     *
     * @param blocking where Kafka may be waited for later
     */
    CompletableFuture<Written> delete(
            CollectionDefinition collection,
            DeleteJson delete,
            Deadline deadline,
            Executor blocking) {
        List<String> ids = delete.ids();
        if (ids != null) {
            return writer.delete(collection, ids)
                    .thenApply(tokens -> new Written(ids.size(), tokens));
        }
        return byFilter.delete(
                        collection, Objects.requireNonNull(delete.filterJson()), deadline, blocking)
                .thenApply(deleted -> new Written(deleted.count(), deleted.tokens()));
    }

    /**
     * Waits until what was written is searchable.
     *
     * @return where it fails, it says that the points are written, and their tokens
     */
    CompletableFuture<Written> searchable(
            CollectionDefinition collection, Written written, Deadline deadline) {
        return wait.until(collection, written.tokens(), deadline)
                .thenApply(applied -> written)
                .exceptionally(
                        failure -> {
                            throw writtenBut(written, failure);
                        });
    }

    /**
     * The points are written, whatever comes of the wait: the code is TIMEOUT, which nobody
     * repeats, also where shards are away.
     */
    private static RuntimeException writtenBut(Written written, Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null
                        ? failure.getCause()
                        : failure;
        String but = "Written, but not known to be searchable: ";
        if (cause instanceof Problem problem) {
            return problem.after(but, written.json());
        }
        if (cause instanceof OmenException error && error.code() == ErrorCode.UNAVAILABLE) {
            return Problem.of(ErrorCode.TIMEOUT, but + error.getMessage(), written.json());
        }
        // A defect, which is logged and answered like any other.
        return cause instanceof RuntimeException known ? known : new CompletionException(cause);
    }
}
