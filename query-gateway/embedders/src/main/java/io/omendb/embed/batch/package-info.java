/** For those who write an embedder: a fair, bounded queue of texts, and threads for computing. */
@NullMarked
package io.omendb.embed.batch;

import org.jspecify.annotations.NullMarked;
