package io.omendb.gateway.chroma;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.omendb.schema.CollectionSchema;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CollectionNameTest {

    @ParameterizedTest
    @CsvSource({
        "default_tenant,default_database,docs,docs",
        "default_tenant,default_database,a_b-c,a_b-c",
        "default_tenant,default_database,my.docs,chroma--default_5Ftenant--default_5Fdatabase--my_2Edocs",
        "default_tenant,default_database,chroma--x,chroma--default_5Ftenant--default_5Fdatabase--chroma_2D_2Dx",
        "default_tenant,default_database,chroma,chroma--default_5Ftenant--default_5Fdatabase--chroma",
        "acme,sales,docs,chroma--acme--sales--docs",
        "acme-1,-a-,a--b,chroma--acme-1--_2Da_2D--a_2D_2Db",
        "é,db,docs,chroma--_C3_A9--db--docs"
    })
    void stored_andBack(String tenant, String database, String name, String stored) {
        CollectionName chroma = new CollectionName(new DatabaseName(tenant, database), name);
        assertThat(chroma.stored()).isEqualTo(stored);
        assertThat(CollectionName.ofStored(stored)).isEqualTo(chroma);
        CollectionSchema.checkName(stored);
    }

    @Test
    void stored_randomNames_comeBackAndAreAllDifferent() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int i = 0; i < 10_000; i++) {
            CollectionName a = random(random);
            CollectionName b = random(random);
            assertThat(CollectionName.ofStored(a.stored())).as("seed %d", seed).isEqualTo(a);
            assertThat(a.stored().equals(b.stored())).as("seed %d", seed).isEqualTo(a.equals(b));
        }
    }

    private static CollectionName random(Random random) {
        return new CollectionName(
                new DatabaseName(part(random), part(random)), part(random) + "x" + part(random));
    }

    private static String part(Random random) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(4); i >= 0; i--) {
            text.append("aZ0-_.2Dé".charAt(random.nextInt(9)));
        }
        return text.toString();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "chroma--a",
                "chroma--a--b",
                "chroma--a--b--c--d",
                "chroma--a--b--_64ocs",
                "chroma--a--b--c_2e",
                "chroma--default_5Ftenant--default_5Fdatabase--docs"
            })
    void ofStored_noSpellingOfAName_isNull(String stored) {
        assertThat(CollectionName.ofStored(stored)).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"ab", "-abc", "abc.", "a b c", ""})
    void check_notANameInChroma_isRefused(String name) {
        assertThatThrownBy(() -> new CollectionName(DatabaseName.DEFAULT, name).check())
                .hasMessageContaining("3-512 characters");
    }

    @Test
    void check_tooLongForOmen_saysSo() {
        CollectionName name = new CollectionName(new DatabaseName("t", "d"), "x".repeat(120));
        assertThatThrownBy(name::check).hasMessageContaining("128");
    }
}
