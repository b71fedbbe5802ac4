package io.omendb.record;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MergePatchTest {

    /** The cases of RFC 7396, appendix A, that are about two objects, and its section 3. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{`a`:`b`} | {`a`:`c`} | {`a`:`c`}",
                "{`a`:`b`} | {`b`:`c`} | {`a`:`b`,`b`:`c`}",
                "{`a`:`b`} | {`a`:null} | {}",
                "{`a`:`b`,`b`:`c`} | {`a`:null} | {`b`:`c`}",
                "{`a`:[`b`]} | {`a`:`c`} | {`a`:`c`}",
                "{`a`:`c`} | {`a`:[`b`]} | {`a`:[`b`]}",
                "{`a`:{`b`:`c`}} | {`a`:{`b`:`d`,`c`:null}} | {`a`:{`b`:`d`}}",
                "{`a`:[{`b`:`c`}]} | {`a`:[1]} | {`a`:[1]}",
                "{`e`:null} | {`a`:1} | {`e`:null,`a`:1}",
                "{} | {`a`:{`bb`:{`ccc`:null}}} | {`a`:{`bb`:{}}}",
                "{`a`:1} | {`a`:{`b`:null,`c`:[null]}} | {`a`:{`c`:[null]}}",
            })
    void apply_objects_asTheRfcHasIt(String stored, String patch, String merged) {
        assertThat(apply(bytes(stored), patch)).isEqualTo(merged.replace('`', '"'));
    }

    @Test
    void apply_withoutMetadata_startsWithNone() {
        assertThat(apply(null, "{`a`:1,`b`:null}")).isEqualTo("{\"a\":1}");
    }

    private static String apply(byte[] stored, String patch) {
        return new String(
                MergePatch.apply(stored, StrictJson.object(bytes(patch), "patch")),
                StandardCharsets.UTF_8);
    }

    private static byte[] bytes(String json) {
        return json.replace('`', '"').getBytes(StandardCharsets.UTF_8);
    }
}
