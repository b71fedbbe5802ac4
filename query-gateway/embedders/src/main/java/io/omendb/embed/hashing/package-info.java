/** Texts to vectors without a model, for examples and for what must run offline. */
@NullMarked
package io.omendb.embed.hashing;

import org.jspecify.annotations.NullMarked;
