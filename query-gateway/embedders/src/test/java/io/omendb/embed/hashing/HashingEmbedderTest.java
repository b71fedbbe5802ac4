package io.omendb.embed.hashing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class HashingEmbedderTest {
    private final HashingEmbedder embedder = new HashingEmbedder();

    @Test
    void embed_anyText_hasUnitLength() {
        float[] vector = embedder.embed("read a file line by line");

        assertThat(vector).hasSize(embedder.dimension());
        assertThat(dot(vector, vector)).isCloseTo(1, within(1e-5));
    }

    @Test
    void embed_noWord_isZero() {
        assertThat(embedder.embed("  ")).containsOnly(0f);
    }

    @Test
    void embed_sameText_isTheSameInEveryInstance() {
        String text = "parseLocalDate takes char sequence";

        assertThat(embedder.embed(text)).isEqualTo(new HashingEmbedder().embed(text));
        // Written down once: vectors stored by one release must fit the queries of the next.
        assertThat(hashOf(embedder.embed("compress bytes"))).isEqualTo(372473409);
    }

    @Test
    void embed_otherDimension_isOfUnitLengthToo() {
        HashingEmbedder odd = new HashingEmbedder(100);
        float[] vector = odd.embed("read a file line by line");

        assertThat(vector).hasSize(odd.dimension()).hasSize(100);
        assertThat(dot(vector, vector)).isCloseTo(1, within(1e-5));
        assertThatThrownBy(() -> new HashingEmbedder(15)).hasMessageContaining("expected 16 to");
    }

    private static int hashOf(float[] vector) {
        int hash = 1;
        for (float x : vector) {
            hash = 31 * hash + Math.round(x * 1e4f);
        }
        return hash;
    }

    @Test
    void embed_formsOfAWord_areNearerThanOtherWords() {
        assertThat(similarity("compress", "compression")).isGreaterThan(0.6);
        assertThat(similarity("parse", "parser")).isGreaterThan(0.6);
        assertThat(similarity("parse", "socket")).isLessThan(0.3);
    }

    @Test
    void embed_boilerplate_hardlyCounts() {
        assertThat(similarity("sort list", "sort a list of the java class")).isGreaterThan(0.9);
    }

    private double similarity(String a, String b) {
        return dot(embedder.embed(a), embedder.embed(b));
    }

    private static double dot(float[] a, float[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }
}
