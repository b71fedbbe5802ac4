package io.omendb.gpu.exact;

import io.omendb.gpu.cuda.CudaContext;
import io.omendb.gpu.cuda.DeviceBuffer;
import io.omendb.gpu.cuda.Kernel;
import io.omendb.gpu.cuda.PinnedBuffer;
import io.omendb.gpu.cuda.Stream;
import io.omendb.gpu.resident.ResidentSegment;
import java.nio.ByteBuffer;

/**
 * Tells the device of rows that died since it was last told. Which of them a search sees as dead is
 * decided there, by sequence number. Used by one thread.
 */
public final class Burial implements AutoCloseable {
    private static final int DEATHS_MAX = 1 << 14;
    private static final int THREADS = 256;
    private static final int ROWS_AT = DEATHS_MAX * Long.BYTES;
    private static final int BYTES = DEATHS_MAX * (Long.BYTES + Integer.BYTES);

    private final Stream stream;
    private final Kernel bury;
    private final PinnedBuffer staging = new PinnedBuffer();
    private final DeviceBuffer deaths;
    private final int[] rows = new int[DEATHS_MAX];

    /** Buffers on a context that the thread uses. */
    public Burial(CudaContext context, Stream stream) {
        this.stream = stream;
        this.bury = context.kernel("bury");
        this.deaths = DeviceBuffer.of(stream, BYTES);
        this.staging.reserve(BYTES);
    }

    /** Sends what is new of some segments. */
    public void send(Iterable<ResidentSegment> segments) {
        for (ResidentSegment segment : segments) {
            int count = segment.nextDeaths(rows);
            while (count > 0) {
                send(segment, count);
                segment.deathsSent(count);
                count = segment.nextDeaths(rows);
            }
        }
    }

    private void send(ResidentSegment segment, int count) {
        ByteBuffer into = staging.bytes();
        for (int i = 0; i < count; i++) {
            into.putLong(i * Long.BYTES, segment.deathOf(rows[i]));
            into.putInt(ROWS_AT + i * Integer.BYTES, rows[i]);
        }
        deaths.write(0, staging, 0, (long) count * Long.BYTES);
        deaths.write(ROWS_AT, staging, ROWS_AT, (long) count * Integer.BYTES);
        bury.arguments()
                .add(deaths.address() + ROWS_AT)
                .add(deaths)
                .add(count)
                .add(segment.deathsAddress())
                .add(segment.deadAddress())
                .launch((count + THREADS - 1) / THREADS, THREADS, stream);
        // The staging memory is used again at once.
        stream.await();
    }

    @Override
    public void close() {
        deaths.close();
        stream.await();
        staging.close();
    }
}
