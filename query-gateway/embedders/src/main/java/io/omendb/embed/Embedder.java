package io.omendb.embed;

import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * Turns texts into vectors; texts that mean the same should be near. Safe for use by any number of
 * threads. Who computes with threads or calls a service a few texts at a time finds the queue for
 * it in {@link io.omendb.embed.batch}.
 */
public interface Embedder extends AutoCloseable {

    /** Components of every vector, 1 to 4,096; always the same. */
    int dimension();

    /**
     * Starts to embed texts and returns at once: callers are event loops. What waits for its turn
     * must be bounded. The stage may be completed by any thread. Whoever does not wait any more
     * cancels {@link CompletionStage#toCompletableFuture}, and what is left of the work should end.
     *
     * @param texts any number of texts of any length, none null
     * @return a vector for each text, in their order, each an array of its own with {@link
     *     #dimension()} finite components; all zero where a text says nothing. Fails with {@link
     *     io.omendb.OmenException}: OVERLOADED where too much is waiting, UNAVAILABLE where what
     *     the embedder needs does not answer, INVALID for a text that has no vector. Messages reach
     *     users: no secrets in them
     */
    CompletionStage<List<float[]>> embed(List<String> texts);

    /** Ends its threads and connections. What is under way fails. Of no effect the second time. */
    @Override
    void close();
}
