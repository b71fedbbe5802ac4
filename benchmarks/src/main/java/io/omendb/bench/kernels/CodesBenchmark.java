package io.omendb.bench.kernels;

import io.omendb.index.kernel.BitCodeKernel;
import io.omendb.index.kernel.HadamardKernel;
import io.omendb.index.kernel.Kernels;
import io.omendb.index.kernel.PanelKernel;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * The kernels of the index: a rotation, an encoded row, a quantized query, a scanned code, an inner
 * product with a centroid.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class CodesBenchmark {
    private static final int BLOCKS = 16;
    private static final int ENTRIES = BLOCKS * BitCodeKernel.BLOCK;
    private static final int PANELS = 4;
    private static final int CENTROIDS = PANELS * PanelKernel.PANEL;

    /** Padded dimensions: multiples of 64, and powers of two so that one transform rotates. */
    @Param({"128", "1024"})
    int dimension;

    private final BitCodeKernel codes = Kernels.bitCodes();
    private final PanelKernel panels = Kernels.panels();
    private final HadamardKernel hadamard = Kernels.hadamard();
    private final BitCodeKernel.QueryScalars scalars = new BitCodeKernel.QueryScalars();
    private final int[] positions = new int[ENTRIES];
    private final float[] bounds = new float[ENTRIES];
    private final float[] scores = new float[PanelKernel.GROUP * CENTROIDS];
    private int words;
    private int blockInts;
    private int[] list = {};
    private int[] quantized = {};
    private float[] rows = {};
    private float[] centroid = {};
    private float[] residual = {};
    private float[] signs = {};
    private float[] centroids = {};
    private float[] halfNorms = {};

    /** Draws the vectors and encodes a list. */
    @Setup
    public void draw() {
        Random random = new Random(1);
        words = dimension / Integer.SIZE;
        blockInts = (words + BitCodeKernel.FIELDS) * BitCodeKernel.BLOCK;
        list = new int[BLOCKS * blockInts];
        quantized = new int[codes.queryInts(dimension)];
        rows = gaussians(random, BitCodeKernel.BLOCK * dimension);
        centroid = gaussians(random, dimension);
        residual = gaussians(random, dimension);
        centroids = gaussians(random, CENTROIDS * dimension);
        halfNorms = gaussians(random, CENTROIDS);
        signs = gaussians(random, dimension);
        for (int i = 0; i < dimension; i++) {
            // Orthonormal, so that rotating the same vector again and again keeps its length.
            signs[i] = (float) (Math.signum(signs[i]) / Math.sqrt(dimension));
        }
        for (int entry = 0; entry < ENTRIES; entry++) {
            float[] row = gaussians(random, dimension);
            int block = entry / BitCodeKernel.BLOCK * blockInts;
            int lane = entry % BitCodeKernel.BLOCK;
            codes.encode(row, 0, centroid, 0, dimension, list, block, lane);
        }
        codes.quantize(residual, dimension, quantized, scalars);
        scalars.a = 1;
        scalars.b = 1;
        scalars.e = 0.1f;
    }

    @Benchmark
    public float[] rotate() {
        hadamard.multiply(residual, 0, signs, 0, dimension);
        hadamard.transform(residual, 0, dimension);
        return residual;
    }

    @Benchmark
    @OperationsPerInvocation(BitCodeKernel.BLOCK)
    public int[] encode() {
        for (int lane = 0; lane < BitCodeKernel.BLOCK; lane++) {
            codes.encode(rows, lane * dimension, centroid, 0, dimension, list, 0, lane);
        }
        return list;
    }

    @Benchmark
    public int[] quantizeQuery() {
        codes.quantize(residual, dimension, quantized, scalars);
        return quantized;
    }

    /** No entry's bound is low enough: what is measured is the scan. */
    @Benchmark
    @OperationsPerInvocation(ENTRIES)
    public int scan() {
        return codes.lowerBounds(
                list,
                0,
                words,
                BLOCKS,
                quantized,
                scalars,
                Float.NEGATIVE_INFINITY,
                positions,
                bounds);
    }

    @Benchmark
    @OperationsPerInvocation(PanelKernel.GROUP * CENTROIDS)
    public float[] assign() {
        panels.scores(
                rows,
                0,
                dimension,
                2 * dimension,
                3 * dimension,
                centroids,
                0,
                PANELS,
                dimension,
                halfNorms,
                0,
                scores,
                CENTROIDS);
        return scores;
    }

    private static float[] gaussians(Random random, int n) {
        float[] drawn = new float[n];
        for (int i = 0; i < n; i++) {
            drawn[i] = (float) random.nextGaussian();
        }
        return drawn;
    }
}
