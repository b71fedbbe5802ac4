package io.omendb.examples.embed;

/** Turns text into a vector of unit length; texts that mean the same should be near. */
public interface Embedder {
    int dimension();

    /** A new array of {@link #dimension()} floats; all zero where the text holds no word. */
    float[] embed(String text);
}
