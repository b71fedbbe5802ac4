package io.omendb.gpu.exact;

import io.omendb.gpu.cuda.CudaContext;
import io.omendb.gpu.cuda.DeviceBuffer;
import io.omendb.gpu.cuda.Kernel;
import io.omendb.gpu.cuda.PinnedBuffer;
import io.omendb.gpu.cuda.Stream;
import io.omendb.gpu.resident.Layout;
import io.omendb.gpu.resident.SegmentTable;
import java.nio.ByteBuffer;
import java.nio.IntBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Compares listed rows of resident segments with queries, a batch at a time: a warp a row. Used by
 * one thread. Buffers grow to the largest batch seen.
 */
public final class ListedRows implements AutoCloseable {
    private static final int THREADS = 256;
    private static final int WARPS = THREADS / 32;
    private static final int SELECT_THREADS = 512;
    private static final int BLOCKS_PER_MULTIPROCESSOR = 8;
    private static final int ROWS_MAX = 1 << 22;

    private final Stream stream;
    private final int blocksMax;
    private final Kernel score;
    private final Kernel nearest;
    private final PinnedBuffer input = new PinnedBuffer();
    private final PinnedBuffer output = new PinnedBuffer();
    private final DeviceBuffer inputs;
    private final DeviceBuffer keys;
    private final DeviceBuffer outputs;

    /** Kernels and empty buffers on a context that the thread uses. */
    public ListedRows(CudaContext context, Stream stream) {
        this.stream = stream;
        this.blocksMax = context.multiprocessors() * BLOCKS_PER_MULTIPROCESSOR;
        this.score = context.kernel("score");
        this.nearest = context.kernel("nearest");
        this.inputs = new DeviceBuffer(stream);
        this.keys = new DeviceBuffer(stream);
        this.outputs = new DeviceBuffer(stream);
    }

    /** Compares; an answer for each request, in their order. */
    public List<RowList> run(SegmentTable table, boolean l2, List<RerankRequest> requests) {
        List<RowList> answers = new ArrayList<>(requests.size());
        while (answers.size() < requests.size()) {
            int from = answers.size();
            int to = from;
            long rows = 0;
            while (to < requests.size()
                    && (to == from || rows + requests.get(to).rows().length <= ROWS_MAX)) {
                rows += requests.get(to++).rows().length;
            }
            answers.addAll(runTogether(table, l2, requests.subList(from, to), (int) rows));
        }
        return answers;
    }

    private List<RowList> runTogether(
            SegmentTable table, boolean l2, List<RerankRequest> requests, int total) {
        Layout layout = table.layout();
        int queries = requests.size();
        int k = 1;
        for (RerankRequest request : requests) {
            k = Math.max(k, request.k());
        }
        int startsAt = queries * layout.stride() * Float.BYTES;
        int rowsAt = startsAt + (queries + 1) * Integer.BYTES;
        int bytes = rowsAt + total * Integer.BYTES;
        input.reserve(bytes);
        inputs.reserve(bytes);
        keys.reserve((long) Math.max(1, total) * Long.BYTES);
        int half = queries * k * Float.BYTES;
        outputs.reserve(2L * half);
        output.reserve(2L * half);
        write(requests, layout, startsAt, rowsAt);
        inputs.write(0, input, 0, bytes);
        if (total > 0) {
            score.arguments()
                    .add(table.address())
                    .add(table.segments().size())
                    .add(layout.stride())
                    .add(layout.dimension())
                    .add(inputs)
                    .add(queries)
                    .add(l2 ? 1 : 0)
                    .add(inputs.address() + startsAt)
                    .add(inputs.address() + rowsAt)
                    .add(keys)
                    .launch(Math.min(blocksMax, (total + WARPS - 1) / WARPS), THREADS, stream);
        }
        nearest.arguments()
                .add(keys)
                .add(inputs.address() + startsAt)
                .add(k)
                .add(outputs)
                .add(outputs.address() + half)
                .launch(queries, SELECT_THREADS, stream);
        outputs.read(0, output, 0, 2L * half);
        stream.await();
        List<RowList> answers = new ArrayList<>(queries);
        for (int q = 0; q < queries; q++) {
            answers.add(answer(requests.get(q), q * k, half));
        }
        return answers;
    }

    private void write(List<RerankRequest> requests, Layout layout, int startsAt, int rowsAt) {
        ByteBuffer into = input.bytes();
        IntBuffer ints = into.asIntBuffer();
        int start = 0;
        for (int q = 0; q < requests.size(); q++) {
            RerankRequest request = requests.get(q);
            int at = q * layout.stride() * Float.BYTES;
            for (int d = 0; d < layout.stride(); d++) {
                into.putFloat(
                        at + d * Float.BYTES, d < layout.dimension() ? request.query()[d] : 0);
            }
            into.putInt(startsAt + q * Integer.BYTES, start);
            ints.put(rowsAt / Integer.BYTES + start, request.rows());
            start += request.rows().length;
        }
        into.putInt(startsAt + requests.size() * Integer.BYTES, start);
    }

    private RowList answer(RerankRequest request, int first, int half) {
        int size = Math.min(request.k(), request.rows().length);
        float[] scores = new float[size];
        long[] rows = new long[size];
        for (int i = 0; i < size; i++) {
            scores[i] = output.bytes().getFloat((first + i) * Float.BYTES);
            rows[i] =
                    Integer.toUnsignedLong(
                            output.bytes().getInt(half + (first + i) * Integer.BYTES));
        }
        return new RowList(scores, rows);
    }

    @Override
    public void close() {
        inputs.close();
        keys.close();
        outputs.close();
        stream.await();
        input.close();
        output.close();
    }
}
