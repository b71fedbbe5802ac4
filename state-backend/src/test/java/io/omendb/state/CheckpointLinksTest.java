package io.omendb.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.omendb.index.shard.SearchParams;
import io.omendb.schema.CollectionDefinition;
import io.omendb.schema.CollectionSchema;
import io.omendb.schema.Metric;
import io.omendb.state.OmenStateBackendOptions.Delegate;
import io.omendb.state.SimulatedJob.Completed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.fs.CloseableRegistry;
import org.apache.flink.runtime.state.CheckpointStreamFactory;
import org.apache.flink.runtime.state.CheckpointedStateScope;
import org.apache.flink.runtime.state.StreamStateHandle;
import org.apache.flink.runtime.state.memory.ByteStreamStateHandle;
import org.apache.flink.runtime.state.memory.MemCheckpointStreamFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Files that checkpoints share with the state, by their numbers of names. */
class CheckpointLinksTest {
    private static final int ROWS = 2_000;
    private static final int DIMENSION = 16;
    private static final int BLOCK = 1 << 12;

    @TempDir Path dir;

    private final long seed = new Random().nextLong();
    private final Random random = new Random(seed);

    /** The last row's. */
    private float[] written = new float[0];

    @ParameterizedTest
    @CsvSource({"true,false,2", "false,false,1", "true,true,1"})
    void vectorsFile_hasANameForTheStateOnlyWhereItIsLinked(
            boolean links, boolean savepoint, int expected) throws Exception {
        try (SimulatedJob job = job(links)) {
            Completed done = checkpoint(job, savepoint);
            Path vectors = vectorsFile(done);
            assertThat(names(vectors)).as("seed %d", seed).isEqualTo(expected);

            job.crash(List.of());
            assertThat(names(vectors)).as("the state's is gone").isEqualTo(1);
            job.restore(done, false, 1, UnaryOperator.identity());
            assertThat(names(vectors)).as("restored").isEqualTo(expected);
            assertThat(rows(job)).isEqualTo(ROWS);
        }
    }

    @Test
    void checkpointsFile_deleted_leavesTheStateItsOwn() throws Exception {
        try (SimulatedJob job = job(true)) {
            Completed first = checkpoint(job, false);
            Path vectors = vectorsFile(first);
            Path kept = Files.createLink(dir.resolve("kept"), vectors);
            assertThat(names(kept)).isEqualTo(3);
            Files.delete(vectors);
            assertThat(names(kept)).as("the state's and this test's").isEqualTo(2);
            // What the state reads is still what was written.
            float[] nearest =
                    job.vectors()
                            .get(0)
                            .collection("c")
                            .orElseThrow()
                            .shard()
                            .snapshot()
                            .search(written, 1, null, SearchParams.EXACT)
                            .hits()
                            .get(0)
                            .vector();
            assertThat(nearest).as("seed %d", seed).isEqualTo(written);
        }
    }

    @Test
    void link_fileUnderABlock_isLeftToTheStream() throws Exception {
        CheckpointLinks links = CheckpointLinks.into(streams());
        Path small = Files.write(dir.resolve("small"), new byte[BLOCK - 1]);
        Path large = Files.write(dir.resolve("large"), new byte[BLOCK]);
        assertThat(links.link(small)).isNull();
        StreamStateHandle linked = Objects.requireNonNull(links.link(large));
        assertThat(linked.getStateSize()).isEqualTo(BLOCK);
        assertThat(CheckpointLinks.fileOf(linked)).isNotNull();
        assertThat(Files.isSameFile(Objects.requireNonNull(CheckpointLinks.fileOf(linked)), large))
                .isTrue();
        assertThat(names(large)).isEqualTo(2);
    }

    @Test
    void link_whereNoLinkCanGo_isLeftToTheStream() throws Exception {
        Path large = Files.write(dir.resolve("large"), new byte[BLOCK]);
        assertThat(CheckpointLinks.none().link(large)).isNull();
        CheckpointStreamFactory heap = new MemCheckpointStreamFactory(1 << 20);
        assertThat(CheckpointLinks.into(heap).link(large)).isNull();

        CheckpointStreamFactory streams = streams();
        Files.delete(dir.resolve("storage/" + sharedFolder()));
        SnapshotUploads uploads =
                new SnapshotUploads(
                        streams, new CloseableRegistry(), CheckpointLinks.into(streams));
        StreamStateHandle copied = uploads.add(large, CheckpointedStateScope.SHARED);
        assertThat(copied.getStateSize()).isEqualTo(BLOCK);
        assertThat(names(large)).isEqualTo(1);
    }

    @Test
    void close_ofAFailedSnapshot_removesTheLink() throws Exception {
        Path large = Files.write(dir.resolve("large"), new byte[BLOCK]);
        CheckpointStreamFactory streams = streams();
        SnapshotUploads uploads =
                new SnapshotUploads(
                        streams, new CloseableRegistry(), CheckpointLinks.into(streams));
        StreamStateHandle linked = uploads.add(large, CheckpointedStateScope.SHARED);
        assertThat(uploads.bytes()).isEqualTo(BLOCK);
        assertThat(names(large)).isEqualTo(2);
        uploads.close();
        assertThat(names(large)).isEqualTo(1);
        assertThat(Objects.requireNonNull(CheckpointLinks.fileOf(linked))).doesNotExist();
        assertThat(large).exists();
    }

    @Test
    void fileOf_bytesInNoFile_isNone() throws Exception {
        StreamStateHandle bytes = new ByteStreamStateHandle("bytes", new byte[BLOCK]);
        assertThat(CheckpointLinks.fileOf(bytes)).isNull();
    }

    private String sharedFolder() throws IOException {
        try (var walk = Files.walk(dir.resolve("storage"))) {
            Path shared = walk.filter(path -> path.endsWith("shared")).findFirst().orElseThrow();
            return dir.resolve("storage").relativize(shared).toString();
        }
    }

    private CheckpointStreamFactory streams() throws IOException {
        SimulatedStorage storage = new SimulatedStorage(dir.resolve("storage"), random);
        return storage.streams(1, storage.location(1, false), false);
    }

    private SimulatedJob job(boolean links) throws Exception {
        Configuration config = new Configuration();
        config.set(OmenStateBackendOptions.DELEGATE, Delegate.HASHMAP);
        config.set(OmenStateBackendOptions.LINK_FILES, links);
        config.set(OmenStateBackendOptions.LOCAL_DIRECTORY, dir.resolve("local").toString());
        CollectionDefinition definition =
                new CollectionDefinition(
                        CollectionSchema.of("c", DIMENSION, Metric.L2), "omen.c", 1, Map.of());
        SimulatedJob job =
                new SimulatedJob(
                        config,
                        definition,
                        new SimulatedStorage(dir.resolve("storage"), random),
                        random);
        job.start(1);
        for (int i = 0; i < ROWS; i++) {
            float[] vector = new float[DIMENSION];
            for (int d = 0; d < DIMENSION; d++) {
                vector[d] = (float) random.nextGaussian();
            }
            job.upsert("id-" + i, i, vector, new byte[0]);
            written = vector;
        }
        return job;
    }

    private static Completed checkpoint(SimulatedJob job, boolean savepoint) throws Exception {
        return job.finish(job.trigger(savepoint, Set.of()), false).orElseThrow();
    }

    private static long rows(SimulatedJob job) {
        return job.vectors().get(0).collection("c").orElseThrow().shard().snapshot().count(null);
    }

    /** The checkpoint's file of vectors. */
    private static Path vectorsFile(Completed done) throws IOException {
        for (Path file : SimulatedJob.vectorFiles(done)) {
            if (Files.size(file) >= (long) ROWS * DIMENSION * Float.BYTES) {
                return file;
            }
        }
        throw new AssertionError("no file of vectors in " + done);
    }

    private static int names(Path file) throws IOException {
        return (int) Files.getAttribute(file, "unix:nlink");
    }
}
