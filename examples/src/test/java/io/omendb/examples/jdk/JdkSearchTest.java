package io.omendb.examples.jdk;

import static org.assertj.core.api.Assertions.assertThat;

import io.omendb.embed.hashing.HashingEmbedder;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Plain questions find what a Java programmer would expect, by exact search over all vectors. */
class JdkSearchTest {
    private static final int K = 10;

    private static final HashingEmbedder EMBEDDER = new HashingEmbedder();
    private static List<JdkElement> elements;
    private static float[][] vectors;

    @BeforeAll
    static void embedAll() {
        elements = JdkApi.ofRunningJdk().stream().toList();
        long start = System.nanoTime();
        vectors = elements.stream().map(e -> EMBEDDER.embed(e.text())).toArray(float[][]::new);
        long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
        System.out.println("embedded " + vectors.length + " elements in " + millis + " ms");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            textBlock =
                    """
                    parse a date             ; .*(Date|Time).*#parse.*
                    compress bytes           ; .*(?i)(compress|deflat|zip).*
                    read a file line by line ; .*(#readLine|#readAllLines|Files#lines|LineNumberReader).*
                    sort a list              ; .*(?i)(List|Collections|Arrays).*#sort.*
                    open a socket            ; .*(?i)(socket.*#.*(open|connect|socket)|open.*socket).*
                    """)
    void search_plainWords_findsThePlace(String query, String expectedId) {
        List<String> found = search(query);
        System.out.println(query + ": " + found);

        assertThat(found).anyMatch(id -> id.matches(expectedId));
    }

    private static List<String> search(String query) {
        float[] wanted = EMBEDDER.embed(query);
        double[] scores = new double[vectors.length];
        for (int i = 0; i < vectors.length; i++) {
            scores[i] = dot(vectors[i], wanted);
        }
        return IntStream.range(0, scores.length)
                .boxed()
                .sorted(Comparator.comparingDouble(i -> -scores[i]))
                .limit(K)
                .map(i -> elements.get(i).id())
                .toList();
    }

    private static double dot(float[] a, float[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }
}
