/**
 * The sparse inverted index of a segment: terms of text fields and indices of learned sparse
 * vectors, each with the rows that have it. Scores are those of BM25 for text, inner products for
 * sparse vectors.
 */
@NullMarked
package io.omendb.index.sparse;

import org.jspecify.annotations.NullMarked;
