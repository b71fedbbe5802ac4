package io.omendb.index.device;

import io.omendb.index.file.ReadAhead;
import io.omendb.index.kernel.DistanceKernel;
import io.omendb.index.kernel.Kernels;
import io.omendb.index.search.TopK;
import io.omendb.index.segment.VectorCursor;
import io.omendb.index.segment.Vectors;
import io.omendb.schema.Metric;

/** On the processor, on the caller's thread. */
public final class SimdReranker implements Reranker {
    /** Rows whose memory is asked for together, ahead of comparing them. */
    private static final int AHEAD = 16;

    private final DistanceKernel kernel = Kernels.active();

    /** Never read, but the JIT compiler cannot know: keeps reads ahead of time alive. */
    private volatile int touched;

    @Override
    public Ranking rerank(float[] query, Metric metric, int k, Candidates candidates) {
        TopK top = new TopK(k);
        ReadAhead rowsAhead = new ReadAhead(AHEAD);
        for (int s = 0; s < candidates.rows().length; s++) {
            compare(query, metric, candidates, s, rowsAhead, top);
        }
        touched = rowsAhead.touched();
        int size = top.size();
        float[] scores = new float[size];
        long[] found = new long[size];
        top.drainAscending(scores, found);
        int[] segments = new int[size];
        int[] rows = new int[size];
        for (int i = 0; i < size; i++) {
            segments[i] = (int) (found[i] >>> 32);
            rows[i] = (int) found[i];
        }
        return new Ranking(size, scores, segments, rows);
    }

    private void compare(
            float[] query,
            Metric metric,
            Candidates candidates,
            int segment,
            ReadAhead rowsAhead,
            TopK top) {
        Vectors vectors = candidates.segments().get(segment).vectors();
        VectorCursor cursor = vectors.cursor();
        int[] rows = candidates.rows()[segment];
        for (int from = 0; from < rows.length; from += AHEAD) {
            int to = Math.min(rows.length, from + AHEAD);
            for (int i = from; i < to; i++) {
                vectors.ahead(rows[i], rowsAhead);
            }
            rowsAhead.read();
            for (int i = from; i < to; i++) {
                cursor.seek(rows[i], rows[i] + 1);
                float score =
                        metric == Metric.L2
                                ? kernel.squaredL2(
                                        query, 0, cursor.array(), cursor.offset(), query.length)
                                : -kernel.dot(
                                        query, 0, cursor.array(), cursor.offset(), query.length);
                top.offer(score, (long) segment << 32 | rows[i]);
            }
        }
    }

    @Override
    public String name() {
        return "simd";
    }
}
