package io.omendb.index.file;

import static org.assertj.core.api.Assertions.assertThat;

import io.omendb.index.ivf.Codebook;
import io.omendb.index.ivf.Rotation;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FolderCodebooksTest {
    private static final int LISTS = 8;

    @TempDir Path dir;

    /** Each part of a merged segment asks for it, and would have one of its own for a while. */
    @Test
    void get_again_isTheSameInMemory() throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        Rotation rotation = new Rotation(40, 7);
        int padded = rotation.paddedDimension();
        float[] centroids = new float[LISTS * padded];
        for (int i = 0; i < centroids.length; i++) {
            centroids[i] = (float) random.nextGaussian();
        }
        Codebook written =
                new Codebook(42, 1, 100, rotation, new float[padded], centroids, new int[LISTS]);
        Path file = dir.resolve(CodebookFile.name(written.id()));
        CodebookFile.writeDigested(file, written);
        FolderCodebooks codebooks = new FolderCodebooks(dir);

        Codebook read = codebooks.get(written.id());

        assertThat(read.id()).as("seed %d", seed).isEqualTo(written.id());
        assertThat(codebooks.get(written.id())).isSameAs(read);
        Files.delete(file);
        assertThat(codebooks.get(written.id())).isSameAs(read);
    }
}
