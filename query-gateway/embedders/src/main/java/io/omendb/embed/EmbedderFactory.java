package io.omendb.embed;

/**
 * Makes embedders of one type. Implementations are public, have a public constructor without
 * parameters, and are named in {@code META-INF/services/io.omendb.embed.EmbedderFactory} of their
 * jar.
 */
public interface EmbedderFactory {

    /** What {@code type} is in the configuration: {@code openai}. */
    String type();

    /**
     * Makes an embedder. Reads every setting that it knows from {@code settings}; what it did not
     * ask for is refused afterwards as unknown.
     *
     * @throws io.omendb.OmenException INVALID naming a setting that is missing or wrong, EXTERNAL
     *     where something else is, such as a file that cannot be read
     */
    Embedder create(Settings settings);
}
