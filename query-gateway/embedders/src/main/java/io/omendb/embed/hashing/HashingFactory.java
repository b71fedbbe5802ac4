package io.omendb.embed.hashing;

import io.omendb.embed.Embedder;
import io.omendb.embed.EmbedderFactory;
import io.omendb.embed.Embedders;
import io.omendb.embed.Settings;
import io.omendb.embed.batch.BatchQueue;
import io.omendb.embed.batch.ThreadedEmbedder;

/** Type {@code hashing}: {@link HashingEmbedder}, off the threads of whoever asks. */
public final class HashingFactory implements EmbedderFactory {
    private static final BatchQueue.Bounds BOUNDS = new BatchQueue.Bounds(64, 1, 20_000);

    @Override
    public String type() {
        return Embedders.HASHING;
    }

    @Override
    public Embedder create(Settings settings) {
        HashingEmbedder hashing =
                new HashingEmbedder(
                        settings.integer(
                                "dimension",
                                HashingEmbedder.DIMENSION_DEFAULT,
                                HashingEmbedder.DIMENSION_MIN,
                                HashingEmbedder.DIMENSION_MAX));
        return ThreadedEmbedder.start(
                settings.name(), hashing.dimension(), BOUNDS, hashing::embedAll);
    }
}
