/** Texts to vectors by a sentence model in a file, through ONNX Runtime, as a plugin. */
@NullMarked
package io.omendb.embed.onnx;

import org.jspecify.annotations.NullMarked;
