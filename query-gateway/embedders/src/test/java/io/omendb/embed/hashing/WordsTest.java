package io.omendb.embed.hashing;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class WordsTest {
    @Test
    void split_identifiers_atCaseDigitsAndPunctuation() {
        assertThat(Words.split("java.net.HTTPServer#readAllBytes2(byte[], off_set)"))
                .containsExactly(
                        "java", "net", "http", "server", "read", "all", "bytes", "2", "byte", "off",
                        "set");
    }

    @Test
    void split_nothingToRead_isEmpty() {
        assertThat(Words.split("")).isEmpty();
        assertThat(Words.split(" .#- ")).isEmpty();
    }

    @Test
    void stem_formsOfOneWord_meet() {
        assertThat(Words.stem("compressed"))
                .isEqualTo(Words.stem("compress"))
                .isEqualTo(Words.stem("compression"))
                .isEqualTo(Words.stem("compressor"));
        assertThat(Words.stem("parser"))
                .isEqualTo(Words.stem("parse"))
                .isEqualTo(Words.stem("parsing"));
        assertThat(Words.stem("lines")).isEqualTo(Words.stem("line"));
    }

    @Test
    void stem_shortWords_areLeftAlone() {
        assertThat(Words.stem("set")).isEqualTo("set");
        assertThat(Words.stem("class")).isEqualTo("class");
    }
}
