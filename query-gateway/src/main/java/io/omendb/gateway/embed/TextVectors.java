package io.omendb.gateway.embed;

import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.embed.Embedder;
import io.omendb.embed.Embedders;
import io.omendb.gateway.shards.Deadline;
import io.omendb.schema.CollectionDefinition;
import io.omendb.schema.CollectionSchema;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * Makes vectors of texts with the embedder that a collection names, within the time of the request.
 * Never blocks. Safe for use by any thread.
 */
public final class TextVectors {
    private static final int CHARS_MAX = 1_000_000;

    private final Embedders embedders;
    private final QueryCache queries = new QueryCache();

    /**
     * @param embedders stay the caller's to close
     */
    public TextVectors(Embedders embedders) {
        this.embedders = embedders;
    }

    /**
     * Checks the embedder that a new collection names, if it names one.
     *
     * @throws OmenException INVALID where there is none of this name, or its dimension is another
     */
    public void checkNew(CollectionSchema schema) {
        String name = schema.embedder();
        if (name == null) {
            return;
        }
        Optional<Embedder> embedder = embedders.find(name);
        if (embedder.isEmpty()) {
            throw OmenException.invalid(
                    "embedder: found \"" + name + "\", expected " + known("one of ", "none"));
        }
        if (embedder.get().dimension() != schema.dimension()) {
            throw OmenException.invalid(
                    "dimension: found "
                            + schema.dimension()
                            + ", expected "
                            + embedder.get().dimension()
                            + ", which is that of embedder "
                            + name);
        }
    }

    /**
     * Checks a text that is to become a vector.
     *
     * @param field where it stands, for messages
     * @throws OmenException INVALID or TOO_LARGE
     */
    public static void checkText(String field, String text) {
        if (text.isBlank()) {
            throw OmenException.invalid(
                    field + ": found no words, expected a text that a vector can be made of");
        }
        if (text.length() > CHARS_MAX) {
            throw new OmenException(
                    ErrorCode.TOO_LARGE,
                    field
                            + ": found "
                            + text.length()
                            + " characters, expected at most "
                            + CHARS_MAX);
        }
    }

    /**
     * Vectors of points' texts, in order; they may be zero.
     *
     * @return fails with UNAVAILABLE where this gateway has no such embedder or it fails, TIMEOUT
     *     where it takes too long
     */
    public CompletableFuture<List<float[]>> ofPoints(
            CollectionDefinition collection, List<String> texts, Deadline deadline) {
        try {
            String name = name(collection);
            return EmbedCall.start(name, embedder(collection, name), texts, deadline);
        } catch (OmenException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /** As {@link #ofPoints}, for texts that are searched for: these are remembered. */
    public CompletableFuture<List<float[]>> ofQueries(
            CollectionDefinition collection, List<String> texts, Deadline deadline) {
        String embedder = collection.schema().embedder();
        float[][] vectors = new float[texts.size()][];
        List<String> missing = new ArrayList<>();
        for (int i = 0; i < vectors.length; i++) {
            vectors[i] = embedder == null ? null : queries.get(embedder, texts.get(i));
            if (vectors[i] == null) {
                missing.add(texts.get(i));
            }
        }
        if (missing.isEmpty()) {
            return CompletableFuture.completedFuture(list(vectors));
        }
        return ofPoints(collection, missing, deadline)
                .thenApply(
                        made -> {
                            int next = 0;
                            for (int i = 0; i < vectors.length; i++) {
                                if (vectors[i] == null) {
                                    vectors[i] = made.get(next++);
                                    queries.put(name(collection), texts.get(i), vectors[i]);
                                }
                            }
                            return list(vectors);
                        });
    }

    private static List<float[]> list(float[][] vectors) {
        return Collections.unmodifiableList(Arrays.asList(vectors));
    }

    private static String name(CollectionDefinition collection) {
        String name = collection.schema().embedder();
        if (name == null) {
            throw OmenException.invalid(
                    "text: found one instead of a vector, expected a vector, as collection "
                            + collection.name()
                            + " has no embedder");
        }
        return name;
    }

    private Embedder embedder(CollectionDefinition collection, String name) {
        Embedder embedder =
                embedders
                        .find(name)
                        .orElseThrow(
                                () ->
                                        new OmenException(
                                                ErrorCode.UNAVAILABLE,
                                                "Collection "
                                                        + collection.name()
                                                        + " has the embedder "
                                                        + name
                                                        + ", which the configuration of this"
                                                        + " gateway does not have ("
                                                        + known("it has ", "it has none")
                                                        + "); vectors can be sent."));
        if (embedder.dimension() != collection.schema().dimension()) {
            throw new OmenException(
                    ErrorCode.UNAVAILABLE,
                    "Collection "
                            + collection.name()
                            + " has vectors of "
                            + collection.schema().dimension()
                            + " components, but its embedder "
                            + name
                            + ", as this gateway's configuration has it, makes such of "
                            + embedder.dimension()
                            + ".");
        }
        return embedder;
    }

    private String known(String some, String none) {
        Set<String> names = embedders.names();
        return names.isEmpty() ? none : some + String.join(", ", names);
    }
}
