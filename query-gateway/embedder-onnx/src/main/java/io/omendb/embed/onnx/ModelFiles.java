package io.omendb.embed.onnx;

import io.omendb.embed.Settings;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A model and how it is used.
 *
 * @param model ONNX
 * @param tokenizer {@code tokenizer.json} of Hugging Face's tokenizers
 * @param output which of the model's outputs; null for its first
 * @param pooling how the vectors of tokens become one
 * @param normalize whether vectors get unit length
 * @param maxTokens of a text; what is beyond is not seen
 * @param threadsPerBatch that the model computes one batch with
 */
record ModelFiles(
        Path model,
        Path tokenizer,
        @Nullable String output,
        Pooling pooling,
        boolean normalize,
        int maxTokens,
        int threadsPerBatch) {

    static ModelFiles of(Settings settings) {
        return new ModelFiles(
                file(settings, "model"),
                file(settings, "tokenizer"),
                settings.optionalText("output"),
                Pooling.of(settings),
                settings.flag("normalize", true),
                settings.integer("max_tokens", 256, 2, 8192),
                settings.integer("threads_per_batch", 1, 1, 256));
    }

    private static Path file(Settings settings, String key) {
        String expected = "the path of a file that can be read";
        try {
            Path path = Path.of(settings.text(key));
            if (!Files.isRegularFile(path) || !Files.isReadable(path)) {
                throw settings.wrong(key, expected);
            }
            return path;
        } catch (InvalidPathException e) {
            throw settings.wrong(key, expected);
        }
    }
}
