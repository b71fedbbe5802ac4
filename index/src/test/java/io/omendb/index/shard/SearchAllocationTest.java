package io.omendb.index.shard;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.omendb.index.file.RowImage;
import io.omendb.index.kernel.CodeLayout;
import io.omendb.index.kernel.Kernels;
import io.omendb.schema.CollectionSchema;
import io.omendb.schema.Metric;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kernels are compiled as meant: where they are not, each vector in a register becomes an object,
 * and a search takes twice as long (docs/index.md, On Java 17). That is counted in bytes, in a JVM
 * of its own with the flags that all have: what a JVM compiles depends on what it ran before.
 */
class SearchAllocationTest {
    /**
     * A search makes 3 to 22 kB where codes are looked up; 145 where ints are stored in two widths.
     */
    private static final long BYTES_MAX = 120_000;

    /**
     * Where they are counted, 90 kB in registers of 256 bits; a megabyte where the trap limit is
     * reached.
     */
    private static final long BYTES_MAX_COUNTING = 400_000;

    /** Compilers may not be done when it is right for the first time. */
    private static final int ROUNDS = 3;

    private static final int SEARCHES = 500;
    private static final long PATIENCE_SECONDS = 90;

    @TempDir Path dir;

    @Test
    void search_onceCompiled_makesNoObjectsOfVectors() throws Exception {
        List<String> command = new ArrayList<>();
        command.add(ProcessHandle.current().info().command().orElseThrow());
        for (String flag : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
            if (!flag.startsWith("-javaagent") && !flag.startsWith("-agent")) {
                command.add(flag);
            }
        }
        command.addAll(
                List.of("-cp", System.getProperty("java.class.path"), Searches.class.getName()));
        Path output = dir.resolve("output.txt");
        Process process =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile())
                        .start();
        try {
            assertThat(process.waitFor(2 * PATIENCE_SECONDS, TimeUnit.SECONDS))
                    .as(() -> "still running: " + command)
                    .isTrue();
        } finally {
            process.destroyForcibly();
        }
        assertThat(process.exitValue()).as(Files.readString(output)).isZero();
    }

    /** Searches until it allocates little, or for too long. */
    static final class Searches {
        private static final int ROWS = 40_000;
        private static final int DIMENSION = 128;

        private Searches() {}

        public static void main(String[] arguments) {
            long seed = System.nanoTime();
            Random random = new Random(seed);
            Shard shard =
                    new Shard(CollectionSchema.of("c", DIMENSION, Metric.L2), ShardOptions.DEFAULT);
            for (int i = 0; i < ROWS; i++) {
                byte[] id = Integer.toString(i).getBytes(StandardCharsets.UTF_8);
                shard.upsert(new RowImage(id, 0, "t-0", i, 0, null, null), vector(random));
            }
            ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
            ShardSnapshot snapshot = shard.snapshot();
            SearchParams params = SearchParams.ofProbes(64);
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
            long most =
                    Kernels.bitCodes().layout() == CodeLayout.BYTES
                            ? BYTES_MAX
                            : BYTES_MAX_COUNTING;
            int rounds = 0;
            long scanned = 0;
            do {
                long before = threads.getThreadAllocatedBytes(Thread.currentThread().getId());
                for (int i = 0; i < SEARCHES; i++) {
                    scanned += snapshot.search(vector(random), 10, null, params).rowsScanned();
                }
                long bytes =
                        (threads.getThreadAllocatedBytes(Thread.currentThread().getId()) - before)
                                / SEARCHES;
                System.err.printf("seed %d: %d bytes a search%n", seed, bytes);
                rounds = bytes <= most ? rounds + 1 : 0;
            } while (rounds < ROUNDS && System.nanoTime() < end);
            shard.close();
            System.exit(rounds == ROUNDS && scanned > 0 ? 0 : 1);
        }

        private static float[] vector(Random random) {
            float[] vector = new float[DIMENSION];
            for (int i = 0; i < DIMENSION; i++) {
                vector[i] = (float) random.nextGaussian();
            }
            return vector;
        }
    }
}
