package io.omendb.index.shard;

/**
 * A candidate with what each part makes of it.
 *
 * @param hit the row; its distance is that from the query's vector, NaN where it has none
 * @param textScore BM25 score, above 0; 0 for a row that has none of the words
 * @param sparseScore inner product with the query's sparse vector; 0 where no index is shared
 */
public record HybridHit(Hit hit, float textScore, float sparseScore) {}
