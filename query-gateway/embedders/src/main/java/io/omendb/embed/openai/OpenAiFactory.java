package io.omendb.embed.openai;

import io.omendb.embed.Embedder;
import io.omendb.embed.EmbedderFactory;
import io.omendb.embed.Settings;
import java.util.concurrent.ThreadLocalRandom;
import java.util.random.RandomGenerator;

/** Type {@code openai}: {@code POST {url}/embeddings}, see docs/embedders.md for the settings. */
public final class OpenAiFactory implements EmbedderFactory {
    /** For pauses, which several threads choose. */
    private static final RandomGenerator RANDOM = () -> ThreadLocalRandom.current().nextLong();

    @Override
    public String type() {
        return "openai";
    }

    @Override
    public Embedder create(Settings settings) {
        return OpenAiEmbedder.open(Endpoint.of(settings), RANDOM);
    }
}
