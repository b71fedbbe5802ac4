package io.omendb.gpu;

import io.omendb.index.device.Candidates;
import io.omendb.index.device.DeviceException;
import io.omendb.index.device.Ranking;
import io.omendb.index.device.Reranker;
import io.omendb.schema.Metric;

/** On the GPU, for rows of resident segments; concurrent callers go together. */
final class CudaReranker implements Reranker {
    private final SearchThread thread;
    private final int kMax;

    CudaReranker(SearchThread thread, int kMax) {
        this.thread = thread;
        this.kMax = kMax;
    }

    @Override
    public Ranking rerank(float[] query, Metric metric, int k, Candidates candidates)
            throws DeviceException {
        int wanted = Math.max(1, Math.min(k, candidates.count()));
        if (wanted > kMax) {
            throw new DeviceException("k: found " + wanted + ", expected at most " + kMax);
        }
        PendingSearch pending = new PendingSearch();
        thread.ask(new Work.Rerank(query, metric, wanted, candidates, pending));
        return pending.await();
    }

    @Override
    public String name() {
        return "cuda";
    }
}
