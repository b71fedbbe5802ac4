package io.omendb.gpu.build;

import io.omendb.gpu.cuda.CudaContext;
import io.omendb.gpu.cuda.CudaException;
import io.omendb.gpu.cuda.DeviceBuffer;
import io.omendb.gpu.cuda.Stream;
import io.omendb.index.ivf.Clustering;
import io.omendb.index.ivf.Codebook;
import io.omendb.index.ivf.GrowingLists;
import io.omendb.index.ivf.IndexBuilder;
import io.omendb.index.ivf.IndexBuilderException;
import io.omendb.index.ivf.ListsBuilder;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Makes indexes on the device, on the threads that ask, one piece of work at a time; a thread that
 * finds another at work waits for it. Holds no device memory between them. Its streams come after
 * those of searches wherever both want the device.
 */
public final class CudaIndexBuilder implements IndexBuilder, AutoCloseable {
    private final CudaContext context;
    private final Consumer<Throwable> lose;
    private final ReentrantLock lock = new ReentrantLock();
    private final IndexKernels kernels;
    private final Stream[] streams;
    private final Upload upload;
    private final AtomicLong builds = new AtomicLong();
    private boolean closed;

    /**
     * A builder on a context that the calling thread uses.
     *
     * @param lose is told of failures after which the device cannot be used
     */
    public CudaIndexBuilder(CudaContext context, Consumer<Throwable> lose) {
        this.context = context;
        this.lose = lose;
        this.kernels = new IndexKernels(context);
        this.streams = new Stream[] {context.stream(), context.stream()};
        this.upload = new Upload(streams[0]);
    }

    /** Codebooks trained and segments encoded. */
    public long builds() {
        return builds.get();
    }

    @Override
    public Clustering cluster(float[] vectors, int dimension, int rows) {
        begin();
        try {
            return guarded(
                    () ->
                            new CudaClustering(
                                    this, kernels, upload, streams[0], vectors, dimension, rows));
        } catch (RuntimeException e) {
            lock.unlock();
            throw e;
        }
    }

    @Override
    public void encode(
            Codebook codebook, int rows, ListsBuilder.VectorSource vectors, GrowingLists into) {
        begin();
        try {
            boolean done = guarded(() -> encodeNow(codebook, rows, vectors, into));
            builds.addAndGet(done ? 1 : 0);
        } finally {
            lock.unlock();
        }
    }

    private boolean encodeNow(
            Codebook codebook, int rows, ListsBuilder.VectorSource vectors, GrowingLists into) {
        try (DeviceCodebook book = new DeviceCodebook(codebook, kernels, upload, streams[0]);
                RowEncoder encoder = new RowEncoder(kernels, book, streams)) {
            encoder.encode(rows, vectors, into);
        }
        return true;
    }

    private void begin() {
        lock.lock();
        try {
            if (closed) {
                throw new IndexBuilderException("the device is closed");
            }
            guarded(
                    () -> {
                        context.use();
                        return true;
                    });
        } catch (RuntimeException e) {
            lock.unlock();
            throw e;
        }
    }

    /** Does work on the device, and says what it means where that fails. */
    <T> T guarded(Supplier<T> work) {
        try {
            return work.get();
        } catch (CudaException e) {
            if (!e.isOutOfMemory()) {
                lose.accept(e);
            }
            throw new IndexBuilderException("the GPU failed: " + e.getMessage(), e);
        }
    }

    /** Ends a clustering. */
    void end(DeviceBuffer vectors) {
        try {
            boolean unused =
                    guarded(
                            () -> {
                                vectors.close();
                                return true;
                            });
            builds.incrementAndGet();
        } finally {
            lock.unlock();
        }
    }

    /** Waits for work under way; later work is refused. */
    @Override
    public void close() {
        lock.lock();
        try {
            if (!closed) {
                closed = true;
                context.use();
                upload.close();
                streams[0].close();
                streams[1].close();
            }
        } finally {
            lock.unlock();
        }
    }
}
