package io.omendb.embed.hashing;

import io.omendb.embed.Embedder;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Feature hashing (Weinberger et al., ICML 2009): every word and every character n-gram adds to a
 * few places of the vector that its hash names, with a sign that its hash gives, so that collisions
 * cancel out on average. Needs no model and no training, and gives the same vector on every
 * machine.
 *
 * <p>It knows spelling, not meaning: "compress" is near "compression" and far from "deflate". The
 * first words of a text count more, for they name what it is about.
 *
 * <p>Stateless, safe for use by several threads, and done in tens of microseconds a sentence: it
 * computes on the caller's thread. {@link HashingFactory} makes one with threads of its own.
 */
public final class HashingEmbedder implements Embedder {
    public static final int DIMENSION_DEFAULT = 256;
    public static final int DIMENSION_MIN = 16;
    public static final int DIMENSION_MAX = 4096;

    /** A word is spread over several places: two words then rarely share all of them. */
    private static final int PLACES_OF_WORD = 6;

    private static final int MIN_GRAM = 3;
    private static final int MAX_GRAM = 5;
    private static final float GRAMS_WEIGHT = 0.45f;
    private static final float BOILERPLATE_WEIGHT = 0.12f;
    private static final float POSITION_DECAY = 0.12f;
    private static final long GRAM_SEED = 0x9E3779B97F4A7C15L;

    private final int dimension;

    /** Of {@value #DIMENSION_DEFAULT} dimensions. */
    public HashingEmbedder() {
        this(DIMENSION_DEFAULT);
    }

    /**
     * An embedder.
     *
     * @param dimension {@value #DIMENSION_MIN} to {@value #DIMENSION_MAX}; the fewer, the more
     *     words share places
     */
    public HashingEmbedder(int dimension) {
        if (dimension < DIMENSION_MIN || dimension > DIMENSION_MAX) {
            throw new IllegalArgumentException(
                    "dimension: found "
                            + dimension
                            + ", expected "
                            + DIMENSION_MIN
                            + " to "
                            + DIMENSION_MAX);
        }
        this.dimension = dimension;
    }

    @Override
    public int dimension() {
        return dimension;
    }

    /** Done when it returns. */
    @Override
    public CompletionStage<List<float[]>> embed(List<String> texts) {
        return CompletableFuture.completedFuture(embedAll(texts));
    }

    List<float[]> embedAll(List<String> texts) {
        return texts.stream().map(this::embed).toList();
    }

    /** A new array of unit length; all zero where the text holds no word. */
    public float[] embed(String text) {
        float[] vector = new float[dimension];
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
        vector[place((int) (hash >>> 32), vector.length)] += hash < 0 ? -value : value;
    }

    /** A division is several times as long as all else for one place, and mostly can be spared. */
    private static int place(int hash, int length) {
        boolean isPowerOfTwo = (length & (length - 1)) == 0;
        return isPowerOfTwo ? hash & (length - 1) : Integer.remainderUnsigned(hash, length);
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

    @Override
    public void close() {}
}
