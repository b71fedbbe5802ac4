package io.omendb.index.column;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.TextNode;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TermsTest {
    private static Set<String> terms(String text) {
        return KeywordsColumn.terms(TextNode.valueOf(text));
    }

    @Test
    void terms_areLowerCasedRunsOfLettersAndDigits() {
        assertThat(terms("The quick-brown FOX, no. 7!"))
                .containsExactly("the", "quick", "brown", "fox", "no", "7");
        assertThat(terms("")).isEmpty();
        assertThat(terms(" ,.")).isEmpty();
    }

    @Test
    void terms_keepTheMarksOnTheirLetters() {
        assertThat(terms("की का")).containsExactly("की", "का");
        assertThat(terms("ที่นี่")).hasSize(1);
    }

    /** Emoji carry selectors of how they are drawn, which stand where words begin. */
    @Test
    void terms_beginWithNoMark_andKnowNoVariants() {
        assertThat(terms("Sale \u2764\uFE0FBoots")).containsExactly("sale", "boots");
        assertThat(terms("\u2714\uFE0F")).isEmpty();
        assertThat(terms("1\uFE0F\u20E3")).containsExactly("1\u20E3");
        assertThat(terms("\u845B\uDB40\uDD00\u57CE")).isEqualTo(terms("\u845B\u57CE"));
    }

    @Test
    void terms_ofOneCharacterOrSeveral_areTheSame() {
        assertThat(terms("cafe\u0301")).isEqualTo(terms("caf\u00e9")).containsExactly("caf\u00e9");
    }

    @Test
    void terms_beyondTheBasicPlane_areFound() {
        assertThat(terms("a \ud842\udfb7 b")).containsExactly("a", "\ud842\udfb7", "b");
        assertThat(terms("\ud800 lone")).containsExactly("lone");
    }
}
