package io.omendb.gpu;

import io.omendb.gpu.build.CudaIndexBuilder;
import io.omendb.gpu.cuda.CudaContext;
import io.omendb.gpu.cuda.CudaException;
import io.omendb.gpu.exact.ExactSearch;
import io.omendb.gpu.resident.Residency;
import io.omendb.index.device.CostModel;
import io.omendb.index.device.DeviceException;
import io.omendb.index.device.DeviceFigures;
import io.omendb.index.device.DevicePlanner;
import io.omendb.index.device.DeviceQuery;
import io.omendb.index.device.DeviceSearch;
import io.omendb.index.device.Reranker;
import io.omendb.index.device.SearchDevice;
import io.omendb.index.ivf.IndexBuilder;
import io.omendb.index.segment.Segment;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The first NVIDIA GPU of this machine. Owns its context and two threads. */
final class CudaSearchDevice implements SearchDevice {
    private static final Logger LOG = LoggerFactory.getLogger(CudaSearchDevice.class);
    private static final int DIMENSION_MAX = 8192;

    /** Components of all rows from which making an index here is worth the way. */
    private static final long BUILD_COMPONENTS_MIN = 1 << 17;

    private final CudaContext context;
    private final String name;
    private final SearchThread thread;
    private final Residency residency;
    private final Reranker reranker;
    private final DevicePlanner planner;
    private final int sharedBytes;
    private final CudaIndexBuilder builder;
    private boolean closed;

    private CudaSearchDevice(
            CudaContext context,
            SearchThread thread,
            Residency residency,
            CudaIndexBuilder builder,
            CostModel costs) {
        this.context = context;
        this.name = context.name();
        this.sharedBytes = context.sharedBytesMax();
        this.thread = thread;
        this.residency = residency;
        this.builder = builder;
        this.planner = new DevicePlanner(costs);
        this.reranker = new CudaReranker(thread, ExactSearch.K_MAX);
    }

    /**
     * Opens the GPU and measures what searches cost on it.
     *
     * @param options how much of its memory to use
     */
    static CudaSearchDevice open(GpuOptions options) throws DeviceException {
        CudaContext context = CudaContext.open();
        try {
            CostModel costs = Calibration.run(context);
            long budget = options.budgetBytes(context.freeBytes());
            Wiring wiring = new Wiring();
            SearchThread thread = new SearchThread(context, wiring::residency);
            wiring.residency = new Residency(context, budget, thread::retire, thread::lose);
            CudaIndexBuilder builder = new CudaIndexBuilder(context, thread::lose);
            // The last that may fail is behind us: whoever starts a thread must also end it.
            thread.start();
            LOG.info("{}: {} MiB for segments; {}", context.name(), budget >> 20, costs);
            return new CudaSearchDevice(context, thread, wiring.residency(), builder, costs);
        } catch (CudaException e) {
            context.close();
            throw new DeviceException("the GPU cannot be used: " + e.getMessage(), e);
        }
    }

    /** The thread and the residency know each other; this ties the knot. */
    private static final class Wiring {
        private @Nullable Residency residency;

        Residency residency() {
            if (residency == null) {
                throw new IllegalStateException("not open yet");
            }
            return residency;
        }
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public DevicePlanner planner() {
        return planner;
    }

    @Override
    public boolean supports(int dimension, int k) {
        return holds(dimension) && k <= ExactSearch.K_MAX;
    }

    private boolean holds(int dimension) {
        return dimension <= DIMENSION_MAX
                && ExactSearch.fits(dimension, sharedBytes)
                && !thread.isLost();
    }

    @Override
    public void admit(Segment segment) {
        if (holds(segment.schema().dimension())) {
            residency.admit(segment);
        }
    }

    @Override
    public void release(Segment segment) {
        residency.release(segment);
    }

    @Override
    public void follow(Segment segment, int rowsMax) {
        if (holds(segment.schema().dimension())) {
            residency.follow(segment, rowsMax);
        }
    }

    @Override
    public int residentRows(Segment segment) {
        return thread.isLost() ? 0 : residency.rows(segment);
    }

    @Override
    public DeviceSearch search(DeviceQuery query) {
        PendingSearch pending = new PendingSearch();
        thread.ask(new Work.Search(query, pending));
        return pending;
    }

    @Override
    public @Nullable IndexBuilder indexBuilder(int dimension, int rows) {
        boolean worth = (long) rows * dimension >= BUILD_COMPONENTS_MIN;
        return worth && holds(dimension) ? builder : null;
    }

    @Override
    public Reranker reranker() {
        return reranker;
    }

    @Override
    public DeviceFigures figures() {
        return new DeviceFigures(
                thread.searches(),
                thread.batches(),
                thread.failures(),
                builder.builds(),
                residency.usedBytes(),
                residency.residentRows(),
                residency.budgetBytes());
    }

    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        boolean ended = residency.end();
        ended &= thread.end();
        if (!ended) {
            LOG.warn("A thread still uses the GPU; its memory is freed when the process ends");
            return;
        }
        try {
            builder.close();
            // What is left on the device goes with its context.
            context.close();
        } catch (CudaException e) {
            LOG.debug("closing the context: {}", e.getMessage());
        }
    }
}
