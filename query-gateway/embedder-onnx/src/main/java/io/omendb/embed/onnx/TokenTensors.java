package io.omendb.embed.onnx;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import io.omendb.ErrorCode;
import io.omendb.OmenException;
import java.nio.LongBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * The tokens of a batch as a model takes them: 64-bit integers, a row a text, padded on the right
 * with zeros that the mask leaves out.
 */
final class TokenTensors implements AutoCloseable {
    private final Map<String, OnnxTensor> byName = new HashMap<>();
    private final long[][] masks;

    private TokenTensors(long[][] masks) {
        this.masks = masks;
    }

    /**
     * Makes the inputs that a model has of the three that there are.
     *
     * @throws OmenException EXTERNAL where it has another
     */
    static TokenTensors of(
            OrtEnvironment runtime, String embedder, Set<String> inputs, Encoding[] texts)
            throws OrtException {
        // A text may have no token at all, and no model takes rows without any.
        int width = 1;
        for (Encoding text : texts) {
            width = Math.max(width, text.getIds().length);
        }
        long[][] ids = new long[texts.length][width];
        long[][] masks = new long[texts.length][width];
        long[][] types = new long[texts.length][width];
        for (int i = 0; i < texts.length; i++) {
            int length = texts[i].getIds().length;
            System.arraycopy(texts[i].getIds(), 0, ids[i], 0, length);
            System.arraycopy(texts[i].getAttentionMask(), 0, masks[i], 0, length);
            System.arraycopy(texts[i].getTypeIds(), 0, types[i], 0, length);
        }
        TokenTensors tensors = new TokenTensors(masks);
        try {
            for (String input : inputs) {
                long[][] rows =
                        switch (input) {
                            case "input_ids" -> ids;
                            case "attention_mask" -> masks;
                            case "token_type_ids" -> types;
                            default ->
                                    throw new OmenException(
                                            ErrorCode.EXTERNAL,
                                            "Embedder "
                                                    + embedder
                                                    + ": the model has the input "
                                                    + input
                                                    + ", expected input_ids, attention_mask and"
                                                    + " token_type_ids at most");
                        };
                tensors.byName.put(input, tensor(runtime, rows));
            }
            return tensors;
        } catch (OrtException | RuntimeException e) {
            tensors.close();
            throw e;
        }
    }

    private static OnnxTensor tensor(OrtEnvironment runtime, long[][] rows) throws OrtException {
        LongBuffer flat = LongBuffer.allocate(rows.length * rows[0].length);
        for (long[] row : rows) {
            flat.put(row);
        }
        flat.flip();
        return OnnxTensor.createTensor(runtime, flat, new long[] {rows.length, rows[0].length});
    }

    Map<String, OnnxTensor> byName() {
        return byName;
    }

    /** Which tokens count, a row a text. */
    long[][] masks() {
        return masks;
    }

    @Override
    public void close() {
        byName.values().forEach(OnnxTensor::close);
    }
}
