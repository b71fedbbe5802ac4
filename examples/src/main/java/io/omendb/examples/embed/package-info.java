/** Text to vectors without a model, for examples that must run offline. */
@NullMarked
package io.omendb.examples.embed;

import org.jspecify.annotations.NullMarked;
