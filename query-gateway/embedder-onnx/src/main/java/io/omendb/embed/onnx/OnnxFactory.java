package io.omendb.embed.onnx;

import io.omendb.embed.Embedder;
import io.omendb.embed.EmbedderFactory;
import io.omendb.embed.Settings;
import io.omendb.embed.batch.BatchQueue;
import io.omendb.embed.batch.ThreadedEmbedder;

/**
 * Type {@code onnx}: a model and its tokenizer in files, see docs/embedders.md for the settings.
 */
public final class OnnxFactory implements EmbedderFactory {

    @Override
    public String type() {
        return "onnx";
    }

    @Override
    public Embedder create(Settings settings) {
        ModelFiles files = ModelFiles.of(settings);
        BatchQueue.Bounds bounds =
                new BatchQueue.Bounds(
                        settings.integer("batch_size", 16, 1, 1024),
                        settings.integer("threads", 1, 1, 64),
                        settings.integer("texts_max", 20_000, 1, 1_000_000));
        SentenceModel model = SentenceModel.load(settings.name(), files);
        return ThreadedEmbedder.start(settings.name(), model.dimension(), bounds, model);
    }
}
