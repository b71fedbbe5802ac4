package io.omendb.index.shard;

import static org.assertj.core.api.Assertions.assertThat;

import io.omendb.index.file.RowImage;
import io.omendb.index.ivf.Codebook;
import io.omendb.index.segment.IdHash;
import io.omendb.index.segment.Segment;
import io.omendb.schema.CollectionSchema;
import io.omendb.schema.Metric;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A stream that moves away from what the codebook was trained with. */
class DriftTest {
    private static final int DIMENSION = 16;
    private static final int K = 10;

    private final long seed = System.nanoTime();
    private final Random random = new Random(seed);

    @Test
    void drift_withoutTraining_splitsListsAndKeepsRecall() {
        // Growth of 1000 keeps the codebook: only splits can help.
        ShardOptions options = new ShardOptions(1000, 1 << 20, 2000, 1000);
        Shard shard = new Shard(CollectionSchema.of("c", DIMENSION, Metric.L2), options);
        int rows = 24_000;
        for (int i = 0; i < rows; i++) {
            byte[] id = Integer.toString(i).getBytes(StandardCharsets.UTF_8);
            shard.upsert(new RowImage(id, 0, "t-0", i, 0, null, null), vector(i));
        }
        shard.seal();
        IndexState index = shard.snapshot().index();
        assertThat(index).isNotNull();
        Codebook codebook = index.codebook();
        assertThat(codebook.version()).as("seed %d", seed).isGreaterThan(3);
        long longest = 0;
        for (int list = 0; list < codebook.lists(); list++) {
            long size = 0;
            for (Segment segment : shard.frozenSegments()) {
                assertThat(segment.lists().codebook()).isSameAs(codebook);
                size += segment.lists().size(list);
            }
            longest = Math.max(longest, size);
        }
        // Unsplit, the few lists nearest to where the stream went would hold nearly all rows.
        assertThat(longest).as("seed %d", seed).isLessThan(rows / 20);
        int found = 0;
        for (int q = 0; q < 50; q++) {
            float[] query = vector(random.nextInt(rows));
            ShardSnapshot snapshot = shard.snapshot();
            List<String> exact = ids(snapshot.searchExact(query, K, null));
            List<String> near = ids(snapshot.search(query, K, null, SearchParams.DEFAULT));
            found += (int) exact.stream().filter(near::contains).count();
        }
        assertThat(found / (50.0 * K)).as("seed %d", seed).isGreaterThan(0.9);
    }

    /** The codebook keeps the lists of a region, and queries may still go there. */
    @Test
    void search_whereAllRowsAreGone_goesOnToThoseThereAre() {
        ShardOptions options = new ShardOptions(1000, 1 << 20, 6000, 1000);
        Shard shard = new Shard(CollectionSchema.of("c", DIMENSION, Metric.L2), options);
        int rows = 8_000;
        for (int i = 0; i < rows; i++) {
            upsert(shard, i, i % 2 == 0 ? around(0) : spread());
        }
        for (int i = 0; i < rows; i += 2) {
            byte[] id = Integer.toString(i).getBytes(StandardCharsets.UTF_8);
            assertThat(shard.delete(IdHash.of(id), id, "t-0", 100_000L + i)).isTrue();
        }
        shard.seal();
        // So many that they fill the answer before any list is looked at.
        for (int i = 0; i < 50; i++) {
            upsert(shard, 200_001 + 2 * i, spread());
        }
        int emptied = 0;
        Codebook codebook = shard.snapshot().index().codebook();
        for (int list = 0; list < codebook.lists(); list++) {
            long size = 0;
            for (Segment segment : shard.frozenSegments()) {
                size += segment.lists().size(list);
            }
            emptied += size == 0 ? 1 : 0;
        }
        assertThat(emptied).as("seed %d, of %d", seed, codebook.lists()).isGreaterThan(10);
        int found = 0;
        for (int q = 0; q < 50; q++) {
            float[] query = around(0);
            ShardSnapshot snapshot = shard.snapshot();
            SearchParams few = SearchParams.ofProbes(50);
            List<String> exact = ids(snapshot.searchExact(query, K, null));
            List<String> near = ids(snapshot.search(query, K, null, few));
            found += (int) exact.stream().filter(near::contains).count();
        }
        assertThat(found / (50.0 * K)).as("seed %d", seed).isGreaterThan(0.8);
    }

    /** Far from {@link #around}, and in no cluster. */
    private float[] spread() {
        float[] vector = new float[DIMENSION];
        for (int d = 0; d < DIMENSION; d++) {
            vector[d] = 40 + 20 * random.nextFloat();
        }
        return vector;
    }

    /** As many points as before, and all of them elsewhere. */
    @Test
    void replacedContent_ofTheSameSize_isIndexedAnew() {
        ShardOptions options = new ShardOptions(1000, 1 << 20, 2000, 1000);
        Shard shard = new Shard(CollectionSchema.of("c", DIMENSION, Metric.L2), options);
        int rows = 8_000;
        for (int i = 0; i < rows; i++) {
            upsert(shard, i, around(i % 20));
        }
        int trained = shard.snapshot().index().codebook().trainedRows();
        for (int round = 1; round <= 3; round++) {
            for (int i = 0; i < rows; i++) {
                byte[] id = Integer.toString(i).getBytes(StandardCharsets.UTF_8);
                RowImage image = new RowImage(id, 0, "t-0", round * 100_000L + i, 0, null, null);
                shard.upsert(image, around(60));
            }
        }
        shard.seal();
        Codebook codebook = shard.snapshot().index().codebook();
        assertThat(codebook.trainedRows()).as("seed %d", seed).isNotEqualTo(trained);
        long longest = 0;
        for (int list = 0; list < codebook.lists(); list++) {
            long size = 0;
            for (Segment segment : shard.frozenSegments()) {
                size += segment.lists().size(list);
            }
            longest = Math.max(longest, size);
        }
        assertThat(longest).as("seed %d", seed).isLessThan(rows / 20);
    }

    /**
     * Two shards part after a training, split lists by themselves, and are joined: codebooks of the
     * same version, made from the same one, are not the same.
     */
    @Test
    void joinedShards_splitEachOnItsOwn_areSearchedRight(@TempDir Path dir) throws Exception {
        ShardOptions options = new ShardOptions(1000, 1 << 20, 2000, 1000);
        CollectionSchema schema = CollectionSchema.of("c", DIMENSION, Metric.L2);
        Shard common = new Shard(schema, options, environment(dir, "common"));
        for (int i = 0; i < 2_500; i++) {
            upsert(common, i, around(0));
        }
        List<Shard> parts = new ArrayList<>();
        for (int part = 0; part < 2; part++) {
            Shard shard = new Shard(schema, options, environment(dir, "part" + part));
            int of = part;
            copy(common, shard, dir.resolve("part" + part), row -> row % 2 == of);
            for (int i = 0; i < 12_000; i++) {
                upsert(shard, 2 * i + part + 10_000, around(part == 0 ? 30 : -30));
            }
            parts.add(shard);
        }
        Shard joined = new Shard(schema, options, environment(dir, "joined"));
        for (int part = 0; part < 2; part++) {
            assertThat(parts.get(part).snapshot().index().codebook().version())
                    .as("seed %d", seed)
                    .isGreaterThan(1);
            copy(parts.get(part), joined, dir.resolve("joined"), row -> true);
        }
        checkSearches(joined);
        joined.seal();
        joined.maintain();
        Codebook codebook = joined.snapshot().index().codebook();
        for (Segment segment : joined.frozenSegments()) {
            assertThat(segment.lists().codebook()).isSameAs(codebook);
        }
        checkSearches(joined);
        assertThat(joined.snapshot().count(null)).isEqualTo(26_500);
        parts.forEach(Shard::close);
        common.close();
        joined.close();
    }

    private void checkSearches(Shard shard) {
        ShardSnapshot snapshot = shard.snapshot();
        SearchParams all = SearchParams.ofProbes(100_000);
        int found = 0;
        for (int q = 0; q < 30; q++) {
            float[] query = around(30 * (q % 3 - 1));
            List<String> near = ids(snapshot.search(query, K, null, all));
            List<String> exact = ids(snapshot.searchExact(query, K, null));
            found += (int) exact.stream().filter(near::contains).count();
        }
        // All lists are probed: only the error bound, which holds nearly always, can lose a row.
        assertThat(found / (30.0 * K)).as("seed %d", seed).isGreaterThan(0.95);
    }

    private static ShardEnvironment environment(Path dir, String name) throws IOException {
        return new ShardEnvironment(Files.createDirectories(dir.resolve(name)), Runnable::run);
    }

    private void upsert(Shard shard, int number, float[] vector) {
        byte[] id = Integer.toString(number).getBytes(StandardCharsets.UTF_8);
        shard.upsert(IdHash.of(id), new RowImage(id, 0, "t-0", number, 0, null, null), vector);
    }

    /** What a checkpoint carries over of some of the rows. */
    private static void copy(Shard from, Shard to, Path into, IntPredicate rows)
            throws IOException {
        ShardSnapshot snapshot = from.sealPinned();
        for (Segment segment : snapshot.segments()) {
            if (segment.rowCount() > 0) {
                BitSet dead =
                        segment.tombstones().deadAsOf(segment.rowCount(), snapshot.sequence());
                for (int row = 0; row < segment.rowCount(); row++) {
                    if (!rows.test(Integer.parseInt(segment.rows().idString(row)))) {
                        dead.set(row);
                    }
                }
                Path stored = segment.store(into);
                Path folder = Files.createDirectories(into.resolve(segment.id()));
                if (!stored.equals(folder)) {
                    for (String file : segment.files()) {
                        Files.createDirectories(folder.resolve(file).getParent());
                        Files.copy(stored.resolve(file), folder.resolve(file));
                    }
                }
                to.addRestored(Segment.open(folder, to.nextSlot(), to.schema()), dead);
            }
        }
    }

    /** The cloud is at the origin for 3,000 rows, then moves far away. */
    private float[] vector(int i) {
        return around(i < 3000 ? 0 : 30);
    }

    private float[] around(int centre) {
        float[] vector = new float[DIMENSION];
        for (int d = 0; d < DIMENSION; d++) {
            vector[d] = (float) random.nextGaussian() + centre;
        }
        return vector;
    }

    private static List<String> ids(SearchResult result) {
        return result.hits().stream().map(Hit::id).collect(Collectors.toList());
    }
}
