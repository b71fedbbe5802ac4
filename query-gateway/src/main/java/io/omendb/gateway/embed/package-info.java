/** Vectors of texts, for collections that name an embedder. */
@NullMarked
package io.omendb.gateway.embed;

import org.jspecify.annotations.NullMarked;
