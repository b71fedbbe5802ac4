/**
 * Texts to vectors. An {@link io.omendb.embed.Embedder} does it, an {@link
 * io.omendb.embed.EmbedderFactory} makes one of its settings and is found by {@link
 * java.util.ServiceLoader}: a jar on the class path adds a type.
 */
@NullMarked
package io.omendb.embed;

import org.jspecify.annotations.NullMarked;
