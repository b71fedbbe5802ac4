package io.omendb.index.shard;

import io.omendb.index.filter.Filter;
import io.omendb.index.sparse.SparseQuery;
import io.omendb.index.sparse.TermStatistics;
import org.jspecify.annotations.Nullable;

/**
 * A search by several parts, each with a ranking of its own: a dense vector, a text, a sparse
 * vector.
 *
 * @param vector as many components as the collection has, all finite; null for no dense part
 * @param denseRows how many of the nearest rows are candidates, at least 1
 * @param text terms of the text; none for no such part
 * @param sparse entries of the sparse vector; none for no such part
 * @param sparseRows how many of the best rows by text, and by sparse vector, are candidates
 * @param filter null for none
 * @param params how hard the dense part looks
 * @param statistics of the text's terms over all shards; null for those of this one
 */
public record HybridQuery(
        float @Nullable [] vector,
        int denseRows,
        SparseQuery text,
        SparseQuery sparse,
        int sparseRows,
        @Nullable Filter filter,
        SearchParams params,
        @Nullable TermStatistics statistics) {}
