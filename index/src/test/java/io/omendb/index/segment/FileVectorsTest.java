package io.omendb.index.segment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.omendb.OmenException;
import io.omendb.index.file.MappedVectors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Rows of 128 components go to the file 256 at a time. */
class FileVectorsTest {
    private static final int DIMENSION = 128;
    private static final int BATCH = 256;

    @TempDir Path dir;

    private final long seed = System.nanoTime();
    private final Random random = new Random(seed);

    /** Where the first row comes that is no integers: in no file yet, in the first batch, later. */
    @ParameterizedTest
    @ValueSource(ints = {0, 10, BATCH - 1, BATCH, BATCH + 1, 2 * BATCH, 40 * BATCH + 7, 100_000})
    void append_fractionsAfterIntegers_allRowsAreKept(int firstFraction) throws IOException {
        int rows = 50 * BATCH + 11;
        float[] all = integers(rows, random.nextBoolean() ? 0 : -128);
        for (int row = firstFraction; row < rows; row++) {
            all[row * DIMENSION + random.nextInt(DIMENSION)] += 0.25f;
        }
        FileVectors vectors = new FileVectors(dir.resolve("s.growing"), DIMENSION);
        append(vectors, all, 0, rows);
        assertHolds(vectors, all, rows);
        Path file = dir.resolve("vectors.arrow");
        assertThat(vectors.content(rows).writeTo(file).bytes()).isEqualTo(Files.size(file));
        assertHolds(vectors, all, rows);
        MappedVectors mapped = vectors.mapped();
        float[] read = new float[all.length];
        mapped.read(0, rows, read, 0);
        assertThat(read).as("seed %d", seed).isEqualTo(all);
        int bytes = firstFraction < rows ? Float.BYTES : 1;
        assertThat(mapped.bytes()).isEqualTo((long) all.length * bytes);
        vectors.close();
        assertThat(names()).containsExactly("vectors.arrow");
    }

    @Test
    void append_widerFileCannotBeMade_canBeTriedAgain() throws IOException {
        float[] all = integers(3 * BATCH + 1, 0);
        all[2 * BATCH * DIMENSION] = 0.5f;
        FileVectors vectors = new FileVectors(dir.resolve("s.growing"), DIMENSION);
        Path taken = dir.resolve("s.growing.wide");
        Files.createDirectory(taken);
        Files.writeString(taken.resolve("x"), "x");
        append(vectors, all, 0, 3 * BATCH);
        float[] last = Arrays.copyOfRange(all, 3 * BATCH * DIMENSION, all.length);
        assertThatThrownBy(() -> vectors.append(3 * BATCH, last))
                .isInstanceOf(OmenException.class)
                .hasMessageContaining(taken.toString());
        assertHolds(vectors, all, 3 * BATCH);
        Files.delete(taken.resolve("x"));
        vectors.append(3 * BATCH, last);
        assertHolds(vectors, all, 3 * BATCH + 1);
        vectors.close();
        assertThat(names()).isEmpty();
    }

    /** A reader that learnt a row count reads the same rows before, while and after. */
    @Test
    void append_fractionsAfterIntegersWhileOthersRead_rowsStay() throws Exception {
        int rows = 100 * BATCH;
        float[] all = integers(rows, 0);
        all[90 * BATCH * DIMENSION] = 0.5f;
        FileVectors vectors = new FileVectors(dir.resolve("s.growing"), DIMENSION);
        AtomicInteger readable = new AtomicInteger();
        AtomicReference<Throwable> failure = new AtomicReference<>();
        Thread reader =
                new Thread(
                        () -> {
                            Random own = new Random(seed);
                            float[] read = new float[DIMENSION];
                            for (int known = 0; known < rows; known = readable.get()) {
                                if (known > 0) {
                                    int row = own.nextInt(known);
                                    vectors.read(row, 1, read, 0);
                                    int at = row * DIMENSION;
                                    assertThat(
                                                    Arrays.equals(
                                                            read,
                                                            0,
                                                            DIMENSION,
                                                            all,
                                                            at,
                                                            at + DIMENSION))
                                            .as("seed %d, row %d", seed, row)
                                            .isTrue();
                                }
                            }
                        },
                        "reader");
        reader.setUncaughtExceptionHandler((thread, e) -> failure.set(e));
        reader.start();
        for (int row = 0; row < rows; row++) {
            append(vectors, all, row, row + 1);
            readable.set(row + 1);
        }
        reader.join();
        assertThat(failure).hasNullValue();
        assertThat(names()).containsExactly("s.growing.wide");
        vectors.close();
    }

    private void append(FileVectors vectors, float[] all, int from, int to) {
        for (int row = from; row < to; row++) {
            vectors.append(row, Arrays.copyOfRange(all, row * DIMENSION, (row + 1) * DIMENSION));
        }
    }

    private void assertHolds(FileVectors vectors, float[] all, int rows) {
        float[] read = new float[rows * DIMENSION];
        vectors.read(0, rows, read, 0);
        assertThat(read).as("seed %d", seed).isEqualTo(Arrays.copyOf(all, rows * DIMENSION));
    }

    private float[] integers(int rows, int min) {
        float[] all = new float[rows * DIMENSION];
        for (int i = 0; i < all.length; i++) {
            all[i] = min + random.nextInt(256);
        }
        return all;
    }

    private List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(dir)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }
}
