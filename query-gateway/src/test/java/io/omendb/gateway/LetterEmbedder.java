package io.omendb.gateway;

import io.omendb.embed.Embedder;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/** Counts how often a, b and c occur; remembers what it was asked, and fails when it is told to. */
final class LetterEmbedder implements Embedder {
    final List<List<String>> calls = Collections.synchronizedList(new ArrayList<>());

    /** What it does with texts instead of counting, if there is anything. */
    volatile Function<List<String>, CompletionStage<List<float[]>>> instead;

    @Override
    public int dimension() {
        return 3;
    }

    @Override
    public CompletionStage<List<float[]>> embed(List<String> texts) {
        calls.add(List.copyOf(texts));
        var other = instead;
        return other == null ? CompletableFuture.completedFuture(count(texts)) : other.apply(texts);
    }

    static List<float[]> count(List<String> texts) {
        return texts.stream()
                .map(
                        text ->
                                new float[] {
                                    text.chars().filter(c -> c == 'a').count(),
                                    text.chars().filter(c -> c == 'b').count(),
                                    text.chars().filter(c -> c == 'c').count()
                                })
                .toList();
    }

    @Override
    public void close() {}
}
