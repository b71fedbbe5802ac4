package io.omendb.gpu.exact;

import io.omendb.gpu.cuda.CudaContext;
import io.omendb.gpu.cuda.DeviceBuffer;
import io.omendb.gpu.cuda.Kernel;
import io.omendb.gpu.cuda.PinnedBuffer;
import io.omendb.gpu.cuda.Stream;
import io.omendb.gpu.resident.Layout;
import io.omendb.gpu.resident.SegmentTable;
import io.omendb.index.search.TopK;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Exact search of resident segments for a batch of queries. 8-bit codes of all rows are read once
 * for a group of queries, on tensor cores; rows that they cannot rule out are compared as floats,
 * so the answer is that of comparing every row. {@code scan.cu} explains the bounds.
 *
 * <p>Used by one thread. Buffers grow to the largest batch seen; otherwise nothing is allocated on
 * the device.
 */
public final class ExactSearch implements AutoCloseable {
    /** Most rows that can be asked for. */
    public static final int K_MAX = ScanPlan.K_MAX;

    private static final int THREADS = 256;
    private static final int SELECT_THREADS = 512;
    private static final int REFINE_THREADS = 1024;
    private static final int WARPS = THREADS / 32;
    private static final int SCORE_BLOCKS = 64;
    private static final int RESCANS = 2;

    private final Stream stream;
    private final int multiprocessors;
    private final int sharedBytes;
    private final Kernel prepare;
    private final Kernel threshold;
    private final Kernel refine;
    private final Kernel scoreKept;
    private final Kernel nearestKept;
    private final Kernel scoreRange;
    private final Kernel nearest;
    private final ScanKernels scans;
    private final Filters filters;
    private final Recordings recordings;
    private final SearchMemory memory;
    private long candidatesFound;
    private long rescans;

    /** Kernels and empty buffers on a context that the thread uses. */
    public ExactSearch(CudaContext context, Stream stream) {
        this.stream = stream;
        this.multiprocessors = context.multiprocessors();
        this.sharedBytes = context.sharedBytesMax();
        this.prepare = context.kernel("prepare");
        this.threshold = context.kernel("threshold");
        this.refine = context.kernel("refine");
        this.scoreKept = context.kernel("scoreKept");
        this.nearestKept = context.kernel("nearestKept");
        this.scoreRange = context.kernel("scoreRange");
        this.nearest = context.kernel("nearest");
        this.scans = new ScanKernels(context);
        this.filters = new Filters(stream);
        this.recordings = new Recordings(stream);
        this.memory = new SearchMemory(stream);
    }

    /** Whether vectors of a dimension can be searched on a device at all. */
    public static boolean fits(int dimension, int sharedBytes) {
        return ScanPlan.fits(ScanPlan.GROUP_MIN, new Layout(dimension), sharedBytes);
    }

    /** Rows that codes could not rule out, over all searches. */
    public long candidatesFound() {
        return candidatesFound;
    }

    /** Scans that had to be repeated with a better threshold, over all searches. */
    public long rescans() {
        return rescans;
    }

    /** Forgets what names the memory of tables that are about to be closed. */
    public void forgetTables() {
        recordings.clear();
    }

    /**
     * Overwrites all that earlier searches left on the device, so that none of it is taken for new.
     */
    void poison() {
        memory.poison();
    }

    /**
     * Runs searches.
     *
     * @param l2 whether scores are squared Euclidean distances, else negated inner products
     * @return an answer for each, in their order
     */
    public List<RowList> run(SegmentTable table, boolean l2, List<SearchRequest> requests) {
        List<RowList> answers = new ArrayList<>(requests.size());
        while (answers.size() < requests.size()) {
            List<SearchRequest> rest = requests.subList(answers.size(), requests.size());
            ScanPlan plan = plan(table, rest);
            answers.addAll(runTogether(table, l2, rest.subList(0, plan.queries()), plan));
        }
        return answers;
    }

    private ScanPlan plan(SegmentTable table, List<SearchRequest> requests) {
        int k = 1;
        double share = 1;
        int together = Math.min(requests.size(), filters.togetherMax(table.tiles()));
        for (int i = 0; i < requests.size(); i++) {
            SearchRequest request = requests.get(i);
            k = Math.max(k, request.k());
            if (request.matches() != null) {
                long rows = (long) table.tiles() * Layout.TILE_ROWS;
                share = Math.min(share, (double) Math.max(1, request.matchCount(rows)) / rows);
            }
        }
        boolean filtered = requests.stream().anyMatch(request -> request.matches() != null);
        return ScanPlan.of(
                filtered ? together : requests.size(),
                k,
                table.tiles(),
                share,
                table.layout(),
                sharedBytes);
    }

    private List<RowList> runTogether(
            SegmentTable table, boolean l2, List<SearchRequest> requests, ScanPlan plan) {
        Layout layout = table.layout();
        if (memory.isTooSmall(plan, layout)) {
            recordings.clear();
            memory.reserve(plan, layout);
        }
        SearchMemory.Input input = SearchMemory.Input.of(plan, layout);
        boolean filtered = filters.write(table, requests);
        write(requests, layout, input);
        Run run =
                new Run(
                        table.address(),
                        l2 ? 1 : 0,
                        plan,
                        input.bytes(),
                        memory.inputs.address() + input.sequences(),
                        memory.inputs.address() + input.limits(),
                        filtered ? memory.inputs.address() + input.filters() : 0);
        recordings.run(run, () -> start(table, run));
        List<Integer> full = readAnswers(run);
        for (int i = 0; i < RESCANS && !full.isEmpty(); i++) {
            rescans++;
            memory.outputs.fill(run.countsAt(), (byte) 0, (long) plan.queries() * Integer.BYTES);
            scan(table, run);
            finish(table, run);
            memory.outputs.read(0, memory.output, 0, run.outputBytes());
            full = readAnswers(run);
        }
        List<RowList> answers = new ArrayList<>(requests.size());
        for (int q = 0; q < requests.size(); q++) {
            answers.add(answer(run, q, requests.get(q).k()));
        }
        // Last, since it uses the memory of the other answers.
        for (int q : full) {
            SearchRequest request = requests.get(q);
            answers.set(q, compareAll(table, run, q, request));
        }
        return answers;
    }

    private void start(SegmentTable table, Run run) {
        memory.inputs.write(0, memory.input, 0, run.inputBytes());
        prepare(table, run);
        sample(table, run);
        scan(table, run);
        finish(table, run);
        memory.outputs.read(0, memory.output, 0, run.outputBytes());
    }

    /** What the steps of a run depend on, besides buffers. */
    private record Run(
            long table,
            int l2,
            ScanPlan plan,
            long inputBytes,
            long sequences,
            long limits,
            long filters) {
        long rowsAt() {
            return (long) plan.queries() * plan.k() * Float.BYTES;
        }

        long countsAt() {
            return 2 * rowsAt();
        }

        long outputBytes() {
            return SearchMemory.outputBytes(plan);
        }
    }

    private void write(List<SearchRequest> requests, Layout layout, SearchMemory.Input input) {
        ByteBuffer into = memory.input.bytes();
        for (int q = 0; q < requests.size(); q++) {
            SearchRequest request = requests.get(q);
            int at = q * layout.stride() * Float.BYTES;
            for (int d = 0; d < layout.stride(); d++) {
                into.putFloat(
                        at + d * Float.BYTES, d < layout.dimension() ? request.query()[d] : 0);
            }
            into.putLong((int) input.sequences() + q * Long.BYTES, request.sequence());
            into.putInt((int) input.limits() + q * Integer.BYTES, (int) request.limit());
            into.putLong((int) input.filters() + q * Long.BYTES, filters.address(q));
        }
    }

    private void prepare(SegmentTable table, Run run) {
        Layout layout = table.layout();
        int queries = run.plan.queries();
        prepare.arguments()
                .add(memory.inputs)
                .add(layout.stride())
                .add(layout.dimension())
                .add(queries)
                .add(memory.codes)
                .add(memory.constants)
                .add(memory.outputs.address() + run.countsAt())
                .launch((queries + WARPS - 1) / WARPS, THREADS, stream);
    }

    private void sample(SegmentTable table, Run run) {
        ScanPlan plan = run.plan;
        int shared = plan.groupBytes(table.layout());
        Kernel kernel = scans.sample(plan.group());
        kernel.arguments()
                .add(table.address())
                .add(table.segments().size())
                .add(plan.sampled())
                .add(table.layout().blocks())
                .add(memory.codes)
                .add(memory.constants)
                .add(plan.queries())
                .add(plan.groups())
                .add(table.bounds())
                .add(run.l2)
                .add(run.limits)
                .add(run.filters)
                .add(memory.minima)
                .shared(shared)
                .launch(blocks(kernel, plan, shared, plan.sampled()), THREADS, stream);
        threshold
                .arguments()
                .add(memory.minima)
                .add(plan.sampled())
                .add(plan.k())
                .add(memory.thresholds)
                .launch(plan.queries(), SELECT_THREADS, stream);
    }

    private void scan(SegmentTable table, Run run) {
        ScanPlan plan = run.plan;
        int shared = plan.groupBytes(table.layout());
        Kernel kernel = scans.scan(plan.group());
        kernel.arguments()
                .add(table.address())
                .add(table.layout().blocks())
                .add(memory.codes)
                .add(memory.constants)
                .add(plan.queries())
                .add(plan.groups())
                .add(table.bounds())
                .add(run.l2)
                .add(memory.thresholds)
                .add(run.sequences)
                .add(run.limits)
                .add(run.filters)
                .add(memory.candidates)
                .add(memory.outputs.address() + run.countsAt())
                .add(plan.capacity())
                .shared(shared)
                .launch(blocks(kernel, plan, shared, table.tiles()), THREADS, stream);
    }

    /** As many blocks as run at a time, the same number for each group of queries. */
    private int blocks(Kernel kernel, ScanPlan plan, int shared, int tiles) {
        int groups = plan.groups();
        int resident = Math.max(1, kernel.blocksResident(THREADS, shared)) * multiprocessors;
        int each = Math.max(1, resident / groups);
        return Math.min(each, (tiles + WARPS - 1) / WARPS) * groups;
    }

    private void finish(SegmentTable table, Run run) {
        ScanPlan plan = run.plan;
        Layout layout = table.layout();
        long counts = memory.outputs.address() + run.countsAt();
        refine.arguments()
                .add(table.address())
                .add(table.segments().size())
                .add(memory.constants)
                .add(table.bounds())
                .add(run.l2)
                .add(memory.candidates)
                .add(counts)
                .add(plan.capacity())
                .add(plan.k())
                .add(memory.keys)
                .add(memory.kept)
                .add(memory.thresholds)
                .launch(plan.queries(), REFINE_THREADS, stream);
        int each = Math.max(1, Math.min(SCORE_BLOCKS, multiprocessors * 4 / plan.queries()));
        scoreKept
                .arguments()
                .add(table.address())
                .add(table.segments().size())
                .add(layout.stride())
                .add(layout.dimension())
                .add(memory.inputs)
                .add(run.l2)
                .add(plan.capacity())
                .add(memory.kept)
                .add(memory.keys)
                .launch(each, plan.queries(), THREADS, stream);
        nearestKept
                .arguments()
                .add(memory.keys)
                .add(plan.capacity())
                .add(memory.kept)
                .add(plan.k())
                .add(memory.outputs)
                .add(memory.outputs.address() + run.rowsAt())
                .launch(plan.queries(), SELECT_THREADS, stream);
    }

    /**
     * Waits for the answers; returns the queries that had more candidates than there is room for.
     */
    private List<Integer> readAnswers(Run run) {
        stream.await();
        List<Integer> full = new ArrayList<>();
        for (int q = 0; q < run.plan.queries(); q++) {
            long found =
                    Integer.toUnsignedLong(
                            memory.output.bytes().getInt((int) run.countsAt() + q * Integer.BYTES));
            candidatesFound += found;
            if (found > run.plan.capacity()) {
                full.add(q);
            }
        }
        return full;
    }

    private RowList answer(Run run, int q, int k) {
        TopK top = new TopK(k);
        offer(run, q, Math.min(k, run.plan.k()), top);
        return drain(top);
    }

    /** Takes a query's rows out of the output: numbers of rows are unsigned, NaN is no row. */
    private void offer(Run run, int q, int k, TopK top) {
        ByteBuffer bytes = memory.output.bytes();
        int first = q * run.plan.k();
        for (int i = 0; i < k; i++) {
            float score = bytes.getFloat((first + i) * Float.BYTES);
            int row = bytes.getInt((int) run.rowsAt() + (first + i) * Integer.BYTES);
            if (row != -1 && !Float.isNaN(score)) {
                top.offer(score, Integer.toUnsignedLong(row));
            }
        }
    }

    private static RowList drain(TopK top) {
        float[] scores = new float[top.size()];
        long[] rows = new long[top.size()];
        top.drainAscending(scores, rows);
        return new RowList(scores, rows);
    }

    /** Where bounds tell rows apart too little, as among thousands of equal rows. */
    private RowList compareAll(SegmentTable table, Run run, int q, SearchRequest request) {
        Layout layout = table.layout();
        long rows = (long) table.tiles() * Layout.TILE_ROWS;
        int chunk = run.plan.capacity();
        TopK top = new TopK(request.k());
        PinnedBuffer starts = new PinnedBuffer();
        try (starts;
                DeviceBuffer limits = DeviceBuffer.of(stream, 2 * Integer.BYTES)) {
            starts.reserve(2 * Integer.BYTES);
            for (long first = 0; first < rows; first += chunk) {
                int count = (int) Math.min(chunk, rows - first);
                starts.bytes().putInt(0, 0).putInt(Integer.BYTES, count);
                limits.write(0, starts, 0, 2 * Integer.BYTES);
                scoreRange
                        .arguments()
                        .add(table.address())
                        .add(table.segments().size())
                        .add(layout.stride())
                        .add(layout.dimension())
                        .add(memory.inputs.address() + (long) q * layout.stride() * Float.BYTES)
                        .add(run.l2)
                        .add(request.sequence())
                        .add((int) request.limit())
                        .add(filters.address(q))
                        .add((int) first)
                        .add(count)
                        .add(memory.keys)
                        .launch((count + WARPS - 1) / WARPS, THREADS, stream);
                nearest.arguments()
                        .add(memory.keys)
                        .add(limits)
                        .add(run.plan.k())
                        .add(memory.outputs)
                        .add(memory.outputs.address() + run.rowsAt())
                        .launch(1, SELECT_THREADS, stream);
                memory.outputs.read(0, memory.output, 0, run.countsAt());
                stream.await();
                offer(run, 0, Math.min(request.k(), count), top);
            }
        }
        return drain(top);
    }

    @Override
    public void close() {
        recordings.close();
        filters.close();
        memory.close();
    }
}
