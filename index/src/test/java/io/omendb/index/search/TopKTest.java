package io.omendb.index.search;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

class TopKTest {

    @RepeatedTest(20)
    void drain_manyOffersWithTies_equalsSorting() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        int n = random.nextInt(500);
        int k = 1 + random.nextInt(50);
        float[] scores = new float[n];
        TopK top = new TopK(k);
        for (int i = 0; i < n; i++) {
            scores[i] = random.nextInt(40);
            top.offer(scores[i], i);
        }
        int size = Math.min(n, k);
        assertThat(top.size()).as("seed %d", seed).isEqualTo(size);
        float[] gotScores = new float[size];
        long[] gotRows = new long[size];
        top.drainAscending(gotScores, gotRows);
        long[] expected =
                IntStream.range(0, n)
                        .boxed()
                        .sorted(
                                (a, b) ->
                                        scores[a] != scores[b]
                                                ? Float.compare(scores[a], scores[b])
                                                : Integer.compare(a, b))
                        .limit(k)
                        .mapToLong(Integer::longValue)
                        .toArray();
        assertThat(gotRows).as("seed %d", seed).isEqualTo(expected);
        assertThat(top.size()).isZero();
    }

    @Test
    void offer_nan_neverEnters() {
        TopK top = new TopK(2);
        top.offer(Float.NaN, 1);
        top.offer(1, 2);
        top.offer(2, 3);
        top.offer(Float.NaN, 4);
        long[] rows = new long[2];
        top.drainAscending(new float[2], rows);
        assertThat(rows).containsExactly(2, 3);
    }
}
