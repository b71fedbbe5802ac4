package io.omendb.gateway.chroma;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.gateway.shards.Asked;
import io.omendb.gateway.shards.Deadline;
import io.omendb.gateway.shards.Departure;
import io.omendb.record.StrictJson;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConditionTest {
    private static final Deadline DEADLINE = Deadline.of(System.nanoTime(), 600_000);
    private static final Row ROW =
            row(
                    "{`s`:`blue`,`i`:7,`big`:9007199254740993,`d`:2.5,`t`:true,`l`:[`a`,`b`],`n`:[1,2],`z`:-0.0}",
                    "The Quick brown fox\n100% sure_thing");
    private static final Row BARE = new Row("bare", null, null, null, null, 0);

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{`s`:`blue`}|true|false",
                "{`s`:{`$eq`:`Blue`}}|false|false",
                "{`s`:{`$ne`:`blue`}}|false|true",
                "{`s`:{`$ne`:`red`}}|true|true",
                "{`i`:7.0}|true|false",
                "{`i`:`7`}|false|false",
                "{`big`:9007199254740992}|false|false",
                "{`big`:{`$gt`:9007199254740992}}|true|false",
                "{`d`:{`$gt`:2}}|true|false",
                "{`d`:{`$gte`:2.5}}|true|false",
                "{`d`:{`$gt`:2.5}}|false|false",
                "{`d`:{`$lt`:2.5}}|false|false",
                "{`d`:{`$lte`:2.5}}|true|false",
                "{`s`:{`$gt`:2.5}}|false|false",
                "{`z`:0}|true|false",
                "{`z`:{`$lt`:0.0}}|false|false",
                "{`t`:true}|true|false",
                "{`t`:{`$ne`:false}}|true|true",
                "{`i`:{`$in`:[1,7]}}|true|false",
                "{`i`:{`$nin`:[1,7]}}|false|true",
                "{`s`:{`$in`:[`red`,`blue`]}}|true|false",
                "{`l`:{`$contains`:`a`}}|true|false",
                "{`l`:{`$contains`:`c`}}|false|false",
                "{`n`:{`$contains`:2.0}}|true|false",
                "{`l`:{`$not_contains`:`c`}}|true|true",
                "{`s`:{`$contains`:`lu`}}|false|false",
                "{`l`:`a`}|false|false",
                "{`$and`:[{`s`:`blue`},{`i`:{`$gt`:6}}]}|true|false",
                "{`$and`:[{`s`:`blue`},{`i`:{`$gt`:7}}]}|false|false",
                "{`$or`:[{`s`:`red`},{`$and`:[{`i`:7},{`t`:true}]}]}|true|false",
                "{`#document`:{`$contains`:`Quick`}}|true|false",
                "{}|true|true"
            })
    void where_asChromaDefinesIt(String where, boolean matches, boolean matchesBare) {
        Condition condition = ConditionParser.where(json(where));
        assertThat(condition.matches(ROW, DEADLINE)).isEqualTo(matches);
        assertThat(condition.matches(BARE, DEADLINE)).isEqualTo(matchesBare);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{`$contains`:`ick bro`}|true|false",
                "{`$contains`:`quick`}|false|false",
                "{`$contains`:`100%`}|true|false",
                "{`$contains`:`sure thing`}|false|false",
                "{`$not_contains`:`cat`}|true|true",
                "{`$not_contains`:`fox`}|false|true",
                "{`$regex`:`[a-z]+ fox`}|true|false",
                "{`$regex`:`^Quick`}|false|false",
                "{`$regex`:`(?i)QUICK`}|true|false",
                "{`$not_regex`:`fox`}|false|true",
                "{`$and`:[{`$contains`:`fox`},{`$not_contains`:`cat`}]}|true|false",
                "{`$or`:[{`$contains`:`cat`},{`$contains`:`fox`}]}|true|false"
            })
    void whereDocument_asChromaDefinesIt(String where, boolean matches, boolean matchesBare) {
        Condition condition = ConditionParser.document(json(where));
        assertThat(condition.matches(ROW, DEADLINE)).isEqualTo(matches);
        assertThat(condition.matches(BARE, DEADLINE)).isEqualTo(matchesBare);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{`a`:1,`b`:2}",
                "{`a`:{`$gt`:1,`$lt`:2}}",
                "{`a`:{`$gt`:`1`}}",
                "{`a`:{`$in`:[]}}",
                "{`a`:{`$in`:1}}",
                "{`a`:{`$eq`:null}}",
                "{`a`:{`$like`:`x`}}",
                "{`a`:[1]}",
                "{`$and`:[]}",
                "{`$not`:{`a`:1}}"
            })
    void where_malformed_isRefused(String where) {
        assertThatThrownBy(() -> ConditionParser.where(json(where)))
                .isInstanceOf(ChromaException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{`$contains`:``}",
                "{`$contains`:1}",
                "{`$matches`:`a`}",
                "{`$regex`:`(`}",
                "{`$contains`:`a`,`$regex`:`b`}"
            })
    void whereDocument_malformed_isRefused(String where) {
        assertThatThrownBy(() -> ConditionParser.document(json(where)))
                .isInstanceOf(ChromaException.class);
    }

    @Test
    void regex_thatTakesMoreThanThereIs_isRefused() {
        for (String regex :
                new String[] {
                    "(".repeat(20_000) + "a" + ")".repeat(20_000),
                    "(?:(?:){2000}){2000}",
                    "(?x) (?:) {1#,\\n000000000}",
                    "a{99999999999}"
                }) {
            assertThatThrownBy(() -> ConditionParser.document(json("{`$regex`:`" + regex + "`}")))
                    .isInstanceOf(ChromaException.class);
        }
        Condition deep = ConditionParser.document(json("{`$regex`:`^(a|b)*c`}"));
        Row row = row("{}", "ab".repeat(50_000));
        assertThatThrownBy(() -> deep.matches(row, DEADLINE)).hasMessageContaining("goes too deep");
        assertThat(
                        ConditionParser.document(json("{`$regex`:`\\\\d{4}-\\\\d{2}-\\\\d{2}`}"))
                                .matches(row("{}", "on 2026-11-26"), DEADLINE))
                .isTrue();
    }

    @Test
    void regex_thatGoesBackAndForth_isGivenUpOn() {
        Condition condition =
                ConditionParser.document(json("{`$regex`:`(.*)(.*)(.*)(.*)(.*)(.*)c`}"));
        Row row = row("{}", "a".repeat(60) + "b");
        assertThatThrownBy(() -> condition.matches(row, DEADLINE))
                .hasMessageContaining("takes too long");
    }

    /** Each alone may look at a long document for seconds. */
    @Test
    void documents_whenTimeHasPassedOrNobodyWaits_areLookedAtNoMore() {
        Row row = row("{}", "a".repeat(20_000) + "b");
        Deadline passed = Deadline.of(System.nanoTime() - 10_000_000, 5);
        for (String condition :
                new String[] {"{`$contains`:`b`}", "{`$regex`:`(.*)(.*)(.*)(.*)c`}"}) {
            Condition document = ConditionParser.document(json(condition));
            assertThatThrownBy(() -> document.matches(row, passed))
                    .isInstanceOfSatisfying(
                            OmenException.class,
                            e -> assertThat(e.code()).isEqualTo(ErrorCode.TIMEOUT));
        }
        Departure gone = new Departure();
        Deadline left = new Asked(System.nanoTime(), gone).deadline(600_000);
        Selection selection = selection("{`where`:{`s`:`blue`}}");
        assertThat(selection.matches(ROW, left)).isTrue();
        gone.happen();
        assertThatThrownBy(() -> selection.matches(ROW, left))
                .isInstanceOf(OmenException.class)
                .hasMessageContaining("went away");
        assertThatThrownBy(() -> selection.matches(ROW, passed))
                .hasMessageContaining("within the 5 ms");
    }

    @Test
    void regexes_ofBothFields_areCountedTogether() {
        String document = "{`#document`:{`$regex`:`a`}}";
        String where = "`where`:{`$or`:[" + document + ("," + document).repeat(19) + "]}";
        String some = "{`$regex`:`a`},{`$not_regex`:`b`}";
        assertThat(
                        selection(
                                        "{"
                                                + where
                                                + ",`where_document`:{`$and`:["
                                                + some
                                                + ("," + some).repeat(5)
                                                + "]}}")
                                .filtered())
                .isTrue();
        assertThatThrownBy(
                        () ->
                                selection(
                                        "{"
                                                + where
                                                + ",`where_document`:{`$and`:["
                                                + some
                                                + ("," + some).repeat(6)
                                                + "]}}"))
                .isInstanceOf(ChromaException.class)
                .hasMessageContaining("found 34 regular expressions, expected at most 32");
    }

    private static Selection selection(String body) {
        return Selection.read(body.replace('`', '"').getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void updated_changesWhatItNames() {
        Row stored = new Row("a", new float[] {1}, json("{`x`:1,`y`:2}"), "text", "uri", 0);
        Row change = new Row("a", null, json("{`y`:null,`z`:3}"), null, null, 0);

        Row updated = stored.updated(change);

        assertThat(updated.metadata()).isEqualTo(json("{`x`:1,`z`:3}"));
        assertThat(updated.document()).isEqualTo("text");
        assertThat(updated.uri()).isEqualTo("uri");
        assertThat(updated.vector()).containsExactly(1);
    }

    @Test
    void space_distances_areChromas() {
        float[] a = {1, 2};
        float[] b = {3, 1};
        assertThat(Space.L2.between(a, b)).isEqualTo(5);
        assertThat(Space.L2.fromStored((float) Math.sqrt(5))).isCloseTo(5, within());
        assertThat(Space.IP.between(a, b)).isEqualTo(-4);
        assertThat(Space.IP.fromStored(-5)).isEqualTo(-4);
        assertThat(Space.COSINE.between(a, b)).isCloseTo(1 - 5 / Math.sqrt(50), within());
    }

    private static org.assertj.core.data.Offset<Double> within() {
        return org.assertj.core.api.Assertions.within(1e-6);
    }

    private static Row row(String metadata, String document) {
        return new Row("row", null, json(metadata), document, null, 0);
    }

    private static ObjectNode json(String text) {
        return StrictJson.object(
                text.replace('`', '"').getBytes(StandardCharsets.UTF_8), "condition");
    }
}
