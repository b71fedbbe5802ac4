package io.omendb.bench;

import io.github.jbellis.jvector.graph.GraphIndexBuilder;
import io.github.jbellis.jvector.graph.GraphSearcher;
import io.github.jbellis.jvector.graph.ImmutableGraphIndex;
import io.github.jbellis.jvector.graph.ListRandomAccessVectorValues;
import io.github.jbellis.jvector.graph.RandomAccessVectorValues;
import io.github.jbellis.jvector.graph.SearchResult;
import io.github.jbellis.jvector.graph.similarity.BuildScoreProvider;
import io.github.jbellis.jvector.graph.similarity.DefaultSearchScoreProvider;
import io.github.jbellis.jvector.util.Bits;
import io.github.jbellis.jvector.vector.VectorSimilarityFunction;
import io.github.jbellis.jvector.vector.VectorizationProvider;
import io.github.jbellis.jvector.vector.types.VectorFloat;
import io.github.jbellis.jvector.vector.types.VectorTypeSupport;
import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.schema.Metric;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ForkJoinPool;
import java.util.stream.IntStream;

/**
 * JVector's graph in memory with full vectors on the heap, which is its fastest way to search what
 * fits. The caller's thread adds rows; the clean-up at the end has a pool of one.
 *
 * <p>Its inner product is meant for vectors of unit length; others it finds badly.
 */
final class JVectorIndex implements BenchIndex {
    private static final float NEIGHBOR_OVERFLOW = 1.2f;
    private static final float ALPHA = 1.2f;

    private static final int[] CANDIDATES = {
        10, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1024
    };

    private final VectorTypeSupport types =
            VectorizationProvider.getInstance().getVectorTypeSupport();
    private final List<VectorFloat<?>> vectors = new ArrayList<>();
    private final ForkJoinPool pool = new ForkJoinPool(1);
    private final int dimension;
    private final VectorSimilarityFunction similarity;
    private final RandomAccessVectorValues values;
    private final GraphIndexBuilder builder;
    private boolean closed;

    JVectorIndex(int dimension, Metric metric, GraphSettings settings) {
        this.dimension = dimension;
        this.similarity =
                switch (metric) {
                    case L2 -> VectorSimilarityFunction.EUCLIDEAN;
                    case COSINE -> VectorSimilarityFunction.COSINE;
                    case DOT -> VectorSimilarityFunction.DOT_PRODUCT;
                };
        this.values = new ListRandomAccessVectorValues(vectors, dimension);
        this.builder =
                new GraphIndexBuilder(
                        BuildScoreProvider.randomAccessScoreProvider(values, similarity),
                        dimension,
                        2 * settings.m(),
                        settings.efConstruction(),
                        NEIGHBOR_OVERFLOW,
                        ALPHA,
                        true, // upper layers
                        true, // refined at the end
                        pool,
                        pool);
    }

    @Override
    public void add(int firstRow, int rows, float[] block) {
        for (int i = 0; i < rows; i++) {
            int from = i * dimension;
            VectorFloat<?> vector =
                    types.createFloatVector(Arrays.copyOfRange(block, from, from + dimension));
            vectors.add(vector);
            builder.addGraphNode(firstRow + i, vector);
        }
    }

    @Override
    public void finish() {
        builder.cleanup();
    }

    @Override
    public long vectorBytes() {
        return (long) vectors.size() * dimension * Float.BYTES;
    }

    @Override
    public List<OperatingPoint> points() {
        ImmutableGraphIndex graph = builder.getGraph();
        ThreadLocal<GraphSearcher> searchers =
                ThreadLocal.withInitial(() -> new GraphSearcher(graph));
        return IntStream.of(CANDIDATES)
                .<OperatingPoint>mapToObj(candidates -> new Candidates(searchers, candidates))
                .toList();
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        pool.shutdown();
        try {
            builder.close();
        } catch (IOException e) {
            throw new OmenException(ErrorCode.EXTERNAL, "cannot close the JVector index: " + e, e);
        }
    }

    /** Collects more candidates than the ten wanted: rerankK is HNSW's ef. */
    private final class Candidates implements OperatingPoint {
        private final ThreadLocal<GraphSearcher> searchers;
        private final int candidates;

        Candidates(ThreadLocal<GraphSearcher> searchers, int candidates) {
            this.searchers = searchers;
            this.candidates = candidates;
        }

        @Override
        public String params() {
            return "rerankK=" + candidates;
        }

        @Override
        public Answer search(float[] query, int k) {
            SearchResult result =
                    searchers
                            .get()
                            .search(
                                    DefaultSearchScoreProvider.exact(
                                            types.createFloatVector(query), similarity, values),
                                    k,
                                    Math.max(k, candidates),
                                    0,
                                    0,
                                    Bits.ALL);
            SearchResult.NodeScore[] nodes = result.getNodes();
            int[] rows = new int[nodes.length];
            Arrays.setAll(rows, i -> nodes[i].node);
            return new Answer(rows, 0);
        }
    }
}
