package io.omendb.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.omendb.ErrorCode;
import io.omendb.OmenException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VectorFilesTest {
    @TempDir Path dir;

    @ParameterizedTest
    @ValueSource(strings = {"a.fvecs", "a.fvecs.gz"})
    void readAll_fvecs_keepsEveryFloat(String name) throws IOException {
        float[][] rows = {{1.5f, -0f, Float.MIN_VALUE}, {3, 4, Float.MAX_VALUE}};
        Path file = TestVectors.fvecs(dir.resolve(name), rows);
        assertThat(VectorFiles.readAll(file, 10)).isDeepEqualTo(rows);
        assertThat(VectorFiles.readAll(file, 1)).isDeepEqualTo(new float[][] {rows[0]});
    }

    @ParameterizedTest
    @ValueSource(strings = {"a.bvecs", "a.bvecs.gz"})
    void readAll_bvecs_areUnsigned(String name) throws IOException {
        Path file = TestVectors.bvecs(dir.resolve(name), new int[][] {{0, 127, 128, 255}});
        assertThat(VectorFiles.readAll(file, 10)).isDeepEqualTo(new float[][] {{0, 127, 128, 255}});
    }

    @ParameterizedTest
    @ValueSource(strings = {"a.ivecs", "a.ivecs.gz"})
    void readIds_ivecs_keepsEveryInt(String name) throws IOException {
        int[][] rows = {{1, -1}, {Integer.MAX_VALUE, 16_777_217}};
        Path file = TestVectors.ivecs(dir.resolve(name), rows);
        assertThat(VectorFiles.readIds(file, 10)).isDeepEqualTo(rows);
    }

    @Test
    void rowsExpected_plainFile_isKnown() throws IOException {
        float[][] rows = new float[7][5];
        try (VectorReader plain =
                        VectorFiles.open(TestVectors.fvecs(dir.resolve("a.fvecs"), rows));
                VectorReader zipped =
                        VectorFiles.open(TestVectors.fvecs(dir.resolve("a.fvecs.gz"), rows))) {
            assertThat(plain.rowsExpected()).isEqualTo(7);
            assertThat(zipped.rowsExpected()).isEqualTo(VectorReader.SIZE_UNKNOWN);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 4, 6, 11})
    void readAll_truncated_namesFileAndRow(int missing) throws IOException {
        Path file = TestVectors.fvecs(dir.resolve("a.fvecs"), new float[3][2]);
        byte[] whole = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(whole, whole.length - missing));
        assertMalformed(file, " row 2: the file ends after " + (12 - missing) + " of 12 bytes");
    }

    @Test
    void readAll_truncatedGzip_namesFileAndRow() throws IOException {
        Path file = TestVectors.fvecs(dir.resolve("a.fvecs.gz"), new float[3][2]);
        byte[] whole = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(whole, whole.length - 9));
        assertMalformed(file, " row ");
    }

    @Test
    void readAll_anotherDimension_namesFileAndRow() throws IOException {
        Path file = TestVectors.fvecs(dir.resolve("a.fvecs"), new float[][] {{1, 2}, {3, 4}, {5}});
        assertMalformed(file, " row 2: found dimension 1, expected 2");
    }

    @Test
    void open_filesThatAreNone_saysWhy() throws IOException {
        assertMalformed(Files.createFile(dir.resolve("empty.fvecs")), ": holds no vectors");
        Path negative = dir.resolve("negative.bvecs");
        Files.write(negative, new byte[] {-1, -1, -1, -1, 0});
        assertMalformed(negative, " row 0: found dimension -1, expected 1 to 1048576");
        Path noGzip = dir.resolve("plain.bvecs.gz");
        Files.write(noGzip, new byte[50]);
        assertMalformed(noGzip, " row 0: Not in GZIP format");
        assertMalformed(dir.resolve("a.csv"), ": expected a name ending in .fvecs");
        assertThatThrownBy(() -> VectorFiles.open(dir.resolve("none.fvecs")))
                .isInstanceOfSatisfying(
                        OmenException.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.NOT_FOUND));
    }

    @Test
    void readIds_notIds_isRefused() throws IOException {
        Path file = TestVectors.fvecs(dir.resolve("a.fvecs"), new float[1][2]);
        assertThatThrownBy(() -> VectorFiles.readIds(file, 1))
                .hasMessage(file + ": expected an .ivecs file");
    }

    private static void assertMalformed(Path file, String rest) {
        assertThatThrownBy(() -> VectorFiles.readAll(file, Integer.MAX_VALUE))
                .isInstanceOfSatisfying(
                        OmenException.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.MALFORMED))
                .hasMessageStartingWith(file + rest);
    }
}
