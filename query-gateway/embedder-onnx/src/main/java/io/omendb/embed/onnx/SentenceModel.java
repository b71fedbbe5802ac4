package io.omendb.embed.onnx;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.embed.batch.ThreadedEmbedder;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A model that is loaded. The runtime and the tokenizer are safe for use by several threads; it
 * must be closed when none uses it.
 */
final class SentenceModel implements ThreadedEmbedder.Computation {
    private final String name;
    private final ModelFiles files;
    private final OrtEnvironment runtime;
    private final OrtSession session;
    private final HuggingFaceTokenizer tokenizer;
    private final String output;
    private final int dimension;

    private SentenceModel(
            String name,
            ModelFiles files,
            OrtEnvironment runtime,
            OrtSession session,
            HuggingFaceTokenizer tokenizer) {
        this.name = name;
        this.files = files;
        this.runtime = runtime;
        this.session = session;
        this.tokenizer = tokenizer;
        this.output = output(session.getOutputNames());
        // The only way that every model tells.
        this.dimension = embed(List.of("a")).get(0).length;
    }

    /**
     * Loads both files, and tries them with a word.
     *
     * @param name of the embedder, for messages
     * @throws OmenException EXTERNAL naming the file that is at fault
     */
    static SentenceModel load(String name, ModelFiles files) {
        HuggingFaceTokenizer tokenizer = tokenizer(name, files);
        OrtSession session = null;
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            OrtEnvironment runtime = OrtEnvironment.getEnvironment();
            options.setIntraOpNumThreads(files.threadsPerBatch());
            options.setInterOpNumThreads(1);
            session = runtime.createSession(files.model().toString(), options);
            return new SentenceModel(name, files, runtime, session, tokenizer);
        } catch (OrtException | LinkageError e) {
            close(session, tokenizer);
            throw new OmenException(
                    ErrorCode.EXTERNAL,
                    "Embedder "
                            + name
                            + ": cannot load the model "
                            + files.model()
                            + ": "
                            + e.getMessage(),
                    e);
        } catch (RuntimeException e) {
            close(session, tokenizer);
            throw e;
        }
    }

    private static HuggingFaceTokenizer tokenizer(String name, ModelFiles files) {
        // The library reports its use to its makers from some clouds; nobody asked for that.
        if (System.getProperty("OPT_OUT_TRACKING") == null) {
            System.setProperty("OPT_OUT_TRACKING", "true");
        }
        try {
            return HuggingFaceTokenizer.builder()
                    .optTokenizerPath(files.tokenizer())
                    .optTruncation(true)
                    .optMaxLength(files.maxTokens())
                    .optPadding(false)
                    .build();
        } catch (IOException | RuntimeException | LinkageError e) {
            throw new OmenException(
                    ErrorCode.EXTERNAL,
                    "Embedder "
                            + name
                            + ": cannot load the tokenizer "
                            + files.tokenizer()
                            + ": "
                            + e.getMessage(),
                    e);
        }
    }

    private String output(Set<String> names) {
        String wanted = files.output();
        if (wanted == null) {
            return names.iterator().next();
        }
        if (!names.contains(wanted)) {
            throw OmenException.invalid(
                    "gateway.embedders."
                            + name
                            + ".output: found \""
                            + wanted
                            + "\", expected one of "
                            + String.join(", ", names));
        }
        return wanted;
    }

    int dimension() {
        return dimension;
    }

    @Override
    public List<float[]> embed(List<String> texts) {
        Encoding[] tokens = new Encoding[texts.size()];
        for (int i = 0; i < tokens.length; i++) {
            // Not all at once: that would use a pool of threads of the library's own.
            tokens[i] = tokenizer.encode(texts.get(i));
        }
        try (TokenTensors inputs = TokenTensors.of(runtime, name, session.getInputNames(), tokens);
                OrtSession.Result result = session.run(inputs.byName(), Set.of(output))) {
            return pooled(result.get(0), inputs.masks());
        } catch (OrtException e) {
            throw new OmenException(
                    ErrorCode.UNAVAILABLE,
                    "Embedder " + name + ": the model failed: " + e.getMessage(),
                    e);
        }
    }

    private List<float[]> pooled(OnnxValue value, long[][] masks) {
        if (!(value instanceof OnnxTensor tensor)) {
            throw unexpected("no tensor");
        }
        long[] shape = tensor.getInfo().getShape();
        FloatBuffer floats = tensor.getFloatBuffer();
        boolean perText = shape.length == 2 && shape[0] == masks.length;
        boolean perToken =
                shape.length == 3 && shape[0] == masks.length && shape[1] == masks[0].length;
        if (floats == null || !(perText || perToken)) {
            throw unexpected("a tensor " + tensor.getInfo());
        }
        float[] all = new float[floats.remaining()];
        floats.get(all);
        int size = (int) shape[shape.length - 1];
        List<float[]> vectors = new ArrayList<>(masks.length);
        for (int i = 0; i < masks.length; i++) {
            float[] vector =
                    perText
                            ? Pooling.CLS.pool(all, i * size, masks[i], size)
                            : files.pooling().pool(all, i * size * masks[i].length, masks[i], size);
            if (files.normalize()) {
                normalize(vector);
            }
            vectors.add(vector);
        }
        return vectors;
    }

    private OmenException unexpected(String found) {
        return new OmenException(
                ErrorCode.EXTERNAL,
                "Embedder "
                        + name
                        + ": the model's output "
                        + output
                        + " is "
                        + found
                        + ", expected floats of shape [texts, dimension] or [texts, tokens,"
                        + " dimension]; the setting output chooses another");
    }

    private static void normalize(float[] vector) {
        double sum = 0;
        for (float x : vector) {
            sum += (double) x * x;
        }
        if (sum == 0) {
            return;
        }
        float scale = (float) (1 / Math.sqrt(sum));
        for (int i = 0; i < vector.length; i++) {
            vector[i] *= scale;
        }
    }

    @Override
    public void close() {
        close(session, tokenizer);
    }

    private static void close(@Nullable OrtSession session, HuggingFaceTokenizer tokenizer) {
        tokenizer.close();
        try {
            if (session != null) {
                session.close();
            }
        } catch (OrtException e) {
            throw new OmenException(
                    ErrorCode.EXTERNAL, "A model could not be closed: " + e.getMessage(), e);
        }
    }
}
