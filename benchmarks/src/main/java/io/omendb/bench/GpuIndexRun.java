package io.omendb.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.omendb.gpu.build.CudaIndexBuilder;
import io.omendb.gpu.cuda.CudaContext;
import io.omendb.index.ivf.Codebook;
import io.omendb.index.ivf.CodebookTrainer;
import io.omendb.index.ivf.IndexBuilder;
import io.omendb.index.ivf.IndexBuilderException;
import io.omendb.index.ivf.ListsBuilder;
import io.omendb.index.ivf.PackedLists;
import io.omendb.index.ivf.ProcessorIndexBuilder;
import io.omendb.index.ivf.Rotation;
import java.io.PrintWriter;
import java.util.Arrays;
import java.util.function.Consumer;

/** Training a codebook and encoding rows: the GPU, and one thread of the processor. */
final class GpuIndexRun {
    private static final int ROWS_MAX = 1 << 18;

    /** As a shard chooses them; see {@code TrainingSample}. */
    private static final double LISTS = 5;

    private static final int SAMPLE_PER_LIST = 24;
    private static final long SAMPLE_BYTES_MAX = 128L << 20;

    private static final int RUNS = 3;
    private static final long SEED = 3;

    private final CudaContext context;
    private final int dimension;
    private final int rows;

    GpuIndexRun(CudaContext context, GpuRows data) {
        this.context = context;
        this.dimension = data.dimension();
        long fitting = (Integer.MAX_VALUE - 8L) / dimension;
        this.rows = (int) Math.min(Math.min(ROWS_MAX, data.rows()), fitting);
    }

    void run(PrintWriter out, ObjectNode report) {
        float[] vectors = new float[rows * dimension];
        GpuRows.fill(0, rows, dimension, vectors);
        Rotation rotation = new Rotation(dimension, SEED);
        int padded = rotation.paddedDimension();
        int lists = (int) (LISTS * Math.sqrt(rows));
        int fitting = (int) (SAMPLE_BYTES_MAX / ((long) padded * Float.BYTES));
        int sampled = Math.min(rows, Math.min(fitting, lists * SAMPLE_PER_LIST));
        float[] sample = new float[sampled * padded];
        for (int i = 0; i < sampled; i++) {
            rotation.apply(vectors, i * dimension, sample, i * padded);
        }
        Codebook[] trained = new Codebook[1];
        Consumer<IndexBuilder> train =
                builder ->
                        trained[0] =
                                CodebookTrainer.train(
                                        builder, 1, rows, rotation, sample, sampled, lists, SEED);
        Consumer<IndexBuilder> encode = builder -> encode(builder, trained[0], vectors);
        IndexBuilder here = ProcessorIndexBuilder.INSTANCE;
        try (CudaIndexBuilder there = new CudaIndexBuilder(context, GpuIndexRun::lost)) {
            out.printf(
                    "making an index, milliseconds: the GPU; one thread of the processor (median of"
                            + " %d)%n",
                    RUNS);
            compare("train", sampled + " rows, " + lists + " lists", train, there, here, out)
                    .accept(report);
            compare("encode", rows + " rows", encode, there, here, out).accept(report);
        }
    }

    private void encode(IndexBuilder builder, Codebook codebook, float[] vectors) {
        PackedLists lists =
                ListsBuilder.encode(
                        builder,
                        codebook,
                        rows,
                        (row, into) ->
                                System.arraycopy(vectors, row * dimension, into, 0, dimension));
        if (lists.indexedRows() != rows) {
            throw new IllegalStateException(lists.indexedRows() + " rows of " + rows);
        }
    }

    private static void lost(Throwable why) {
        throw new IndexBuilderException("the GPU is lost: " + why.getMessage(), why);
    }

    private static Consumer<ObjectNode> compare(
            String name,
            String what,
            Consumer<IndexBuilder> work,
            IndexBuilder there,
            IndexBuilder here,
            PrintWriter out) {
        double gpu = millis(work, there, 2);
        double cpu = millis(work, here, 0);
        out.printf("%10s %10.1f %10.1f %8.1fx   %s%n", name, gpu, cpu, cpu / gpu, what);
        out.flush();
        return report -> report.put(name + "_gpu_ms", gpu).put(name + "_cpu_ms", cpu);
    }

    private static double millis(Consumer<IndexBuilder> work, IndexBuilder builder, int warmups) {
        double[] millis = new double[RUNS];
        for (int run = -warmups; run < RUNS; run++) {
            long start = System.nanoTime();
            work.accept(builder);
            if (run >= 0) {
                millis[run] = (System.nanoTime() - start) / 1e6;
            }
        }
        Arrays.sort(millis);
        return millis[RUNS / 2];
    }
}
