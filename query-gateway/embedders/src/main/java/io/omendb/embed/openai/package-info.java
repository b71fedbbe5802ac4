/** Texts to vectors by any HTTP endpoint that speaks OpenAI's embeddings API. */
@NullMarked
package io.omendb.embed.openai;

import org.jspecify.annotations.NullMarked;
