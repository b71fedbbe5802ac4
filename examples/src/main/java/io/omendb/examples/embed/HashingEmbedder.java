package io.omendb.examples.embed;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Feature hashing (Weinberger et al., ICML 2009): every word and every character n-gram adds to a
 * few places of the vector that its hash names, with a sign that its hash gives, so that collisions
 * cancel out on average. Needs no model and no training, and gives the same vector on every
 * machine.
 *
 * <p>It knows spelling, not meaning: "compress" is near "compression" and far from "deflate". The
 * first words of a text count more, for they name what it is about.
 *
 * <p>Stateless, safe for use by several threads.
 */
public final class HashingEmbedder implements Embedder {
    private static final int DIMENSION = 256;

    /** A word is spread over several places: two words then rarely share all of them. */
    private static final int PLACES_OF_WORD = 6;

    private static final int MIN_GRAM = 3;
    private static final int MAX_GRAM = 5;
    private static final float GRAMS_WEIGHT = 0.45f;
    private static final float BOILERPLATE_WEIGHT = 0.12f;
    private static final float POSITION_DECAY = 0.12f;
    private static final long GRAM_SEED = 0x9E3779B97F4A7C15L;

    @Override
    public int dimension() {
        return DIMENSION;
    }

    @Override
    public float[] embed(String text) {
        float[] vector = new float[DIMENSION];
        weights(Words.split(text)).forEach((word, weight) -> add(word, weight, vector));
        normalize(vector);
        return vector;
    }

    /** Sublinear in the number of occurrences: the n-th one adds 1/n of the first. */
    private static Map<String, Float> weights(List<String> words) {
        Map<String, Float> weights = new HashMap<>();
        Map<String, Integer> seen = new HashMap<>();
        for (int i = 0; i < words.size(); i++) {
            String word = words.get(i);
            int occurrence = seen.merge(word, 1, Integer::sum);
            float lead = 1 / (1 + POSITION_DECAY * i);
            float rarity = Words.isBoilerplate(word) ? BOILERPLATE_WEIGHT : 1;
            weights.merge(word, lead * rarity / occurrence, Float::sum);
        }
        return weights;
    }

    private static void add(String word, float weight, float[] vector) {
        String stem = Words.stem(word);
        float place = weight / (float) Math.sqrt(PLACES_OF_WORD);
        long hash = hash(stem, 0, stem.length(), 0);
        for (int i = 0; i < PLACES_OF_WORD; i++) {
            hash = mix(hash + i);
            addAt(hash, place, vector);
        }
        addGrams("^" + word + "$", weight * GRAMS_WEIGHT, vector);
    }

    private static void addGrams(String word, float weight, float[] vector) {
        int grams = 0;
        for (int n = MIN_GRAM; n <= MAX_GRAM; n++) {
            grams += Math.max(0, word.length() - n + 1);
        }
        float each = weight / (float) Math.sqrt(Math.max(1, grams));
        for (int n = MIN_GRAM; n <= MAX_GRAM; n++) {
            for (int start = 0; start + n <= word.length(); start++) {
                addAt(mix(hash(word, start, start + n, GRAM_SEED)), each, vector);
            }
        }
    }

    private static void addAt(long hash, float value, float[] vector) {
        vector[(int) (hash >>> 32) & (DIMENSION - 1)] += hash < 0 ? -value : value;
    }

    private static long hash(String text, int start, int end, long seed) {
        long hash = seed;
        for (int i = start; i < end; i++) {
            hash = hash * 0x100000001B3L + text.charAt(i);
        }
        return hash;
    }

    /** The finalizer of SplitMix64: every input bit reaches every output bit. */
    private static long mix(long z) {
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
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
}
