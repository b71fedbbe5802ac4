package io.omendb.index.shard;

import static org.assertj.core.api.Assertions.assertThat;

import io.omendb.index.file.RowImage;
import io.omendb.index.ivf.Codebook;
import io.omendb.index.segment.Segment;
import io.omendb.schema.CollectionSchema;
import io.omendb.schema.Metric;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

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

    /** The cloud is at the origin for 3,000 rows, then moves far away. */
    private float[] vector(int i) {
        float[] vector = new float[DIMENSION];
        for (int d = 0; d < DIMENSION; d++) {
            vector[d] = (float) random.nextGaussian() + (i < 3000 ? 0 : 30);
        }
        return vector;
    }

    private static List<String> ids(SearchResult result) {
        return result.hits().stream().map(Hit::id).collect(Collectors.toList());
    }
}
