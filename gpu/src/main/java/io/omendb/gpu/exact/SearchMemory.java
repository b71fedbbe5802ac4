package io.omendb.gpu.exact;

import io.omendb.gpu.cuda.DeviceBuffer;
import io.omendb.gpu.cuda.PinnedBuffer;
import io.omendb.gpu.cuda.Stream;
import io.omendb.gpu.resident.Layout;
import java.util.List;

/**
 * Memory that the steps of a search hand to each other, as large as the largest search so far
 * wanted it. Used by one thread.
 */
final class SearchMemory implements AutoCloseable {
    private static final int ALIGN = 256;
    private static final int CONSTANTS_BYTES = 4 * Float.BYTES;
    private static final int CANDIDATE_BYTES = 2 * Integer.BYTES;
    private static final int EIGHT = 8;

    final PinnedBuffer input = new PinnedBuffer();
    final PinnedBuffer output = new PinnedBuffer();

    /** Queries, then sequence numbers, limits and addresses of filters; see {@link Input}. */
    final DeviceBuffer inputs;

    final DeviceBuffer codes;
    final DeviceBuffer constants;
    final DeviceBuffer minima;
    final DeviceBuffer thresholds;
    final DeviceBuffer candidates;
    final DeviceBuffer keys;
    final DeviceBuffer kept;
    final DeviceBuffer outputs;
    private final Stream stream;
    private final List<DeviceBuffer> all;

    SearchMemory(Stream stream) {
        this.stream = stream;
        this.inputs = new DeviceBuffer(stream);
        this.codes = new DeviceBuffer(stream);
        this.constants = new DeviceBuffer(stream);
        this.minima = new DeviceBuffer(stream);
        this.thresholds = new DeviceBuffer(stream);
        this.candidates = new DeviceBuffer(stream);
        this.keys = new DeviceBuffer(stream);
        this.kept = new DeviceBuffer(stream);
        this.outputs = new DeviceBuffer(stream);
        this.all =
                List.of(
                        inputs,
                        outputs,
                        codes,
                        constants,
                        minima,
                        thresholds,
                        candidates,
                        keys,
                        kept);
    }

    /**
     * Where what a search is given lies in the input.
     *
     * @param sequences after the queries, a long each
     * @param limits an int each
     * @param filters an address each
     * @param bytes of all of it
     */
    record Input(long sequences, long limits, long filters, long bytes) {
        static Input of(ScanPlan plan, Layout layout) {
            long queries = plan.queries();
            long sequences = align(queries * layout.stride() * Float.BYTES);
            long limits = sequences + align(queries * Long.BYTES);
            long filters = limits + align(queries * Integer.BYTES);
            return new Input(sequences, limits, filters, filters + queries * Long.BYTES);
        }

        private static long align(long bytes) {
            return (bytes + ALIGN - 1) / ALIGN * ALIGN;
        }
    }

    /** Bytes of what a search answers: scores, rows, and the number of candidates of each query. */
    static long outputBytes(ScanPlan plan) {
        return plan.queries() * (2L * plan.k() * Float.BYTES + Integer.BYTES);
    }

    /** Bytes wanted of each buffer, in their order. */
    private static long[] wanted(ScanPlan plan, Layout layout) {
        long queries = plan.queries();
        long padded = (queries + EIGHT - 1) / EIGHT * EIGHT;
        return new long[] {
            Input.of(plan, layout).bytes(),
            outputBytes(plan),
            padded * layout.codeBytes(),
            padded * CONSTANTS_BYTES,
            queries * plan.sampled() * Float.BYTES,
            padded * Float.BYTES,
            queries * plan.capacity() * CANDIDATE_BYTES,
            queries * plan.capacity() * Long.BYTES,
            padded * Integer.BYTES
        };
    }

    /** Whether {@link #reserve} would move something. */
    boolean isTooSmall(ScanPlan plan, Layout layout) {
        long[] wanted = wanted(plan, layout);
        for (int i = 0; i < wanted.length; i++) {
            if (all.get(i).bytes() < wanted[i]) {
                return true;
            }
        }
        return input.isSmallerThan(wanted[0]) || output.isSmallerThan(wanted[1]);
    }

    /** Makes room. What was there is gone where it had to grow. */
    void reserve(ScanPlan plan, Layout layout) {
        long[] wanted = wanted(plan, layout);
        input.reserve(wanted[0]);
        output.reserve(wanted[1]);
        for (int i = 0; i < wanted.length; i++) {
            all.get(i).reserve(wanted[i]);
        }
    }

    /** Overwrites all that is on the device. */
    void poison() {
        for (DeviceBuffer buffer : all) {
            if (buffer.bytes() > 0) {
                buffer.fill(0, (byte) 0xff, buffer.bytes());
            }
        }
    }

    @Override
    public void close() {
        all.forEach(DeviceBuffer::close);
        stream.await();
        input.close();
        output.close();
    }
}
