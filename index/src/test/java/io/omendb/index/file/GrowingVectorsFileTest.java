package io.omendb.index.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GrowingVectorsFileTest {
    @TempDir Path dir;

    private final long seed = new Random().nextLong();

    @ParameterizedTest
    @CsvSource({
        "1,7,3",
        "3,100,64",
        "128,1000,256",
        "128,70000,256",
        "100,90000,327",
        "4096,3000,16"
    })
    void finish_rowsInBatches_isTheFileThatOneWriteMakes(int dimension, int rows, int batchRows)
            throws IOException {
        float[] all = new float[rows * dimension];
        Random random = new Random(seed);
        for (int i = 0; i < all.length; i++) {
            all[i] = random.nextFloat();
        }
        Path finished = dir.resolve("vectors.arrow");
        FileDigest digest;
        float[] read = new float[all.length];
        try (GrowingVectorsFile growing =
                GrowingVectorsFile.create(dir.resolve("sub/s.growing"), dimension, batchRows)) {
            MappedVectors mapped = null;
            for (int row = 0; row < rows; row += batchRows) {
                int count = Math.min(batchRows, rows - row);
                float[] batch = Arrays.copyOfRange(all, row * dimension, (row + count) * dimension);
                MappedVectors before = mapped;
                mapped = growing.append(batch, count);
                assertThat(mapped.rows()).isEqualTo(row + count);
                assertThat(before == null ? row : before.rows()).isEqualTo(row);
                mapped.read(row, count, read, row * dimension);
            }
            assertThat(read).as("seed %d", seed).isEqualTo(all);
            assertThat(growing.mapped()).as("before the file is whole").isNull();
            digest = growing.finish(finished);
            assertThat(growing.mapped()).isSameAs(mapped);
            Arrays.fill(read, 0);
            mapped.read(0, rows, read, 0);
            assertThat(read).as("seed %d, after the end", seed).isEqualTo(all);
        }
        assertThat(dir.resolve("sub/s.growing")).doesNotExist();
        assertThat(digest).isEqualTo(assertWrittenAtOnce(all, dimension, finished));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -128})
    void createFor_integersOfAByte_isTheFileThatOneWriteMakes(int min) throws IOException {
        int dimension = 128;
        int rows = 300_000;
        int batchRows = 256;
        Random random = new Random(seed);
        float[] all = new float[rows * dimension];
        for (int i = 0; i < all.length; i++) {
            all[i] = min + random.nextInt(256);
        }
        Path finished = dir.resolve("vectors.arrow");
        FileDigest digest;
        try (GrowingVectorsFile growing =
                GrowingVectorsFile.createFor(
                        all, batchRows, dir.resolve("s.growing"), dimension, batchRows)) {
            MappedVectors first = null;
            MappedVectors mapped = null;
            for (int row = 0; row < rows; row += batchRows) {
                int count = Math.min(batchRows, rows - row);
                mapped =
                        growing.append(
                                Arrays.copyOfRange(all, row * dimension, (row + count) * dimension),
                                count);
                first = first == null ? mapped : first;
            }
            float[] other = new float[batchRows * dimension];
            other[other.length - 1] = 0.5f;
            assertThat(growing.append(other, batchRows)).as("does not fit").isNull();
            digest = growing.finish(finished);
            assertThat(mapped.bytes()).isEqualTo(rows * (long) dimension);
            float[] read = new float[all.length];
            first.read(0, batchRows, read, 0);
            assertThat(Arrays.copyOf(read, batchRows * dimension))
                    .isEqualTo(Arrays.copyOf(all, batchRows * dimension));
            growing.mapped().read(0, rows, read, 0);
            assertThat(read).as("seed %d", seed).isEqualTo(all);
        }
        assertThat(digest).isEqualTo(assertWrittenAtOnce(all, dimension, finished));
    }

    /** Compares with the file that one write makes; returns its digest. */
    private FileDigest assertWrittenAtOnce(float[] all, int dimension, Path finished)
            throws IOException {
        Path expected = dir.resolve("expected.arrow");
        FileDigest digest =
                VectorsFile.writeDigested(
                        expected,
                        dimension,
                        all.length / dimension,
                        (row, into, offset) ->
                                System.arraycopy(all, row * dimension, into, offset, dimension));
        assertThat(Files.mismatch(finished, expected)).isEqualTo(-1);
        return digest;
    }

    @Test
    void finish_whereAFileIs_canBeTriedAgainElsewhere() throws IOException {
        Files.createDirectory(dir.resolve("taken"));
        Files.writeString(dir.resolve("taken/x"), "x");
        try (GrowingVectorsFile growing =
                GrowingVectorsFile.create(dir.resolve("s.growing"), 2, 4)) {
            MappedVectors unused = growing.append(new float[] {1, 2, 3, 4}, 2);
            assertThatThrownBy(() -> growing.finish(dir.resolve("taken")))
                    .isInstanceOf(IOException.class);
            FileDigest digest = growing.finish(dir.resolve("free"));
            assertThat(digest.bytes()).isEqualTo(Files.size(dir.resolve("free")));
        }
        float[] read = new float[4];
        VectorsFile.open(dir.resolve("free")).read(0, 2, read, 0);
        assertThat(read).containsExactly(1, 2, 3, 4);
    }

    @Test
    void create_overAFile_isRefused() throws IOException {
        Files.writeString(dir.resolve("s.growing"), "x");
        assertThatThrownBy(() -> GrowingVectorsFile.create(dir.resolve("s.growing"), 2, 4))
                .isInstanceOf(IOException.class);
        assertThat(dir.resolve("s.growing")).hasContent("x");
    }
}
