package io.omendb.index.shard;

import static org.assertj.core.api.Assertions.assertThat;

import io.omendb.index.file.RowImage;
import io.omendb.schema.CollectionSchema;
import io.omendb.schema.Metric;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** A search whose answer is wanted no longer while it is under way. */
class UnneededSearchTest {
    private static final int DIMENSION = 16;
    private static final int ROWS = 8_000;
    private static final int PROBES = 40;

    private final long seed = System.nanoTime();
    private final Random random = new Random(seed);

    @Test
    void endsAtTheNextList() {
        ShardOptions options = new ShardOptions(1000, 1 << 20, 2000, 8);
        Shard shard = new Shard(CollectionSchema.of("c", DIMENSION, Metric.L2), options);
        for (int i = 0; i < ROWS; i++) {
            byte[] id = Integer.toString(i).getBytes(StandardCharsets.UTF_8);
            shard.upsert(new RowImage(id, 0, "t-0", i, 0, null, null), vector());
        }
        shard.seal();
        ShardSnapshot snapshot = shard.snapshot();
        float[] query = vector();
        AtomicInteger asked = new AtomicInteger();
        SearchParams params = SearchParams.ofProbes(PROBES);

        long all =
                snapshot.search(query, 10, null, params, () -> asked.incrementAndGet() < 0)
                        .rowsScanned();
        assertThat(asked).as("seed %d", seed).hasValueGreaterThanOrEqualTo(PROBES);
        asked.set(0);
        long some =
                snapshot.search(query, 10, null, params, () -> asked.incrementAndGet() > 4)
                        .rowsScanned();
        assertThat(asked.get()).as("seed %d", seed).isLessThan(PROBES / 2);
        assertThat(some).as("seed %d", seed).isPositive().isLessThan(all / 2);
        assertThat(snapshot.search(query, 10, null, params).rowsScanned()).isEqualTo(all);
        shard.close();
    }

    private float[] vector() {
        float[] vector = new float[DIMENSION];
        for (int i = 0; i < DIMENSION; i++) {
            vector[i] = (float) random.nextGaussian();
        }
        return vector;
    }
}
