package io.omendb.embed.onnx;

import io.omendb.embed.Settings;

/** How the vectors of a text's tokens become the vector of the text. */
enum Pooling {
    /** The mean over tokens that the attention mask has. */
    MEAN {
        @Override
        float[] pool(float[] tokens, int from, long[] mask, int dimension) {
            float[] mean = new float[dimension];
            int count = 0;
            for (int token = 0; token < mask.length; token++) {
                if (mask[token] == 0) {
                    continue;
                }
                count++;
                int at = from + token * dimension;
                for (int i = 0; i < dimension; i++) {
                    mean[i] += tokens[at + i];
                }
            }
            for (int i = 0; i < dimension && count > 1; i++) {
                mean[i] /= count;
            }
            return mean;
        }
    },
    /** The vector of the first token, which some models are trained to say all with. */
    CLS {
        @Override
        float[] pool(float[] tokens, int from, long[] mask, int dimension) {
            float[] first = new float[dimension];
            System.arraycopy(tokens, from, first, 0, dimension);
            return first;
        }
    };

    /**
     * Makes one vector of several.
     *
     * @param tokens vectors one after the other
     * @param from where the first one of the text begins
     * @param mask for each token of the text whether it counts
     */
    abstract float[] pool(float[] tokens, int from, long[] mask, int dimension);

    static Pooling of(Settings settings) {
        String name = settings.optionalText("pooling");
        if (name == null || name.equals("mean")) {
            return MEAN;
        }
        if (name.equals("cls")) {
            return CLS;
        }
        throw settings.wrong("pooling", "mean or cls");
    }
}
