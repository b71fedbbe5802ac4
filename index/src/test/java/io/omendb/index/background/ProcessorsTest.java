package io.omendb.index.background;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ProcessorsTest {
    @Test
    void numbers_areReadAndHalved() {
        Processors some = Processors.parse(" 0-2,7\n");
        assertThat(some.numbers()).containsExactly(0, 1, 2, 7);
        assertThat(some).hasToString("0,1,2,7");
        assertThat(some.firstHalf()).hasToString("0,1");
        assertThat(some.secondHalf()).hasToString("2,7");
        assertThat(Processors.parse("3-5").firstHalf()).hasToString("3");
        assertThat(Processors.parse("3-5").secondHalf()).hasToString("4,5");
        assertThat(Processors.parse("4").firstHalf().count()).isZero();
    }
}
