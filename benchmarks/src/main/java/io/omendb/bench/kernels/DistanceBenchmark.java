package io.omendb.bench.kernels;

import io.omendb.index.kernel.DistanceKernel;
import io.omendb.index.kernel.Kernels;
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
 * One query against rows that lie end to end, as a scan reads them; the score is the time of one
 * distance. The rows fit the second-level cache at every dimension, so that the kernel is measured
 * and not the memory.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class DistanceBenchmark {
    private static final int ROWS = 64;

    @Param({"96", "128", "768", "1536"})
    int dimension;

    private final DistanceKernel kernel = Kernels.active();
    private float[] query = {};
    private float[] rows = {};

    /** Draws the vectors. */
    @Setup
    public void draw() {
        Random random = new Random(1);
        query = draw(random, dimension);
        rows = draw(random, ROWS * dimension);
    }

    @Benchmark
    @OperationsPerInvocation(ROWS)
    public float squaredL2() {
        float sum = 0;
        for (int row = 0; row < ROWS; row++) {
            sum += kernel.squaredL2(query, 0, rows, row * dimension, dimension);
        }
        return sum;
    }

    @Benchmark
    @OperationsPerInvocation(ROWS)
    public float dot() {
        float sum = 0;
        for (int row = 0; row < ROWS; row++) {
            sum += kernel.dot(query, 0, rows, row * dimension, dimension);
        }
        return sum;
    }

    private static float[] draw(Random random, int components) {
        float[] drawn = new float[components];
        for (int i = 0; i < components; i++) {
            drawn[i] = (float) random.nextGaussian();
        }
        return drawn;
    }
}
