package io.omendb.gateway.chroma;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.omendb.index.filter.FilterParser;
import io.omendb.record.StrictJson;
import io.omendb.schema.CollectionSchema;
import io.omendb.schema.FieldType;
import io.omendb.schema.Metric;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is left to the shards. That it changes no answer: ChromaIT. */
class PushdownTest {
    private static final CollectionSchema SCHEMA =
            CollectionSchema.of("c", 1, Metric.L2)
                    .withFields(
                            Map.of(
                                    "k", FieldType.KEYWORD,
                                    "ks", FieldType.KEYWORDS,
                                    "n", FieldType.LONG,
                                    "d", FieldType.DOUBLE,
                                    "b", FieldType.BOOL,
                                    "t", FieldType.TEXT,
                                    "chroma:uri", FieldType.KEYWORD));

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{`k`:`x`}|{`k`:{`$in`:[`x`]}}|true",
                "{`k`:{`$in`:[`x`,7,true]}}|{`k`:{`$in`:[`x`]}}|true",
                "{`k`:7}|{`k`:{`$in`:[]}}|true",
                "{`k`:{`$ne`:`x`}}|{`$not`:{`k`:{`$in`:[`x`]}}}|true",
                "{`k`:{`$gt`:1}}||false",
                "{`b`:true}|{`b`:{`$in`:[true]}}|true",
                "{`n`:{`$nin`:[1,2]}}|{`$not`:{`n`:{`$in`:[1,2]}}}|true",
                "{`n`:9223372036854775807}|{`n`:{`$in`:[9223372036854775807]}}|true",
                "{`n`:{`$gte`:1.5}}|{`n`:{`$gte`:1.5}}|true",
                // As doubles they are told apart less well than as what they are.
                "{`n`:{`$lt`:9007199254740992.0}}||false",
                "{`d`:{`$gt`:9007199254740992}}||false",
                "{`d`:{`$lte`:-9007199254740991}}|{`d`:{`$lte`:-9007199254740991}}|true",
                // Lists that have the element are met too, or only they should be.
                "{`ks`:`x`}|{`ks`:{`$in`:[`x`]}}|false",
                "{`ks`:{`$contains`:`x`}}|{`ks`:{`$contains`:`x`}}|false",
                "{`ks`:{`$not_contains`:`x`}}||false",
                "{`ks`:{`$ne`:`x`}}||false",
                "{`ks`:{`$contains`:7}}||false",
                "{`t`:`words`}||false",
                "{`undeclared`:1}||false",
                "{`chroma:uri`:`u`}||false",
                "{`#document`:{`$contains`:`x`}}||false",
                "{`$and`:[{`k`:`x`},{`undeclared`:1}]}|{`k`:{`$in`:[`x`]}}|false",
                "{`$and`:[{`k`:`x`},{`n`:1}]}"
                        + "|{`$and`:[{`k`:{`$in`:[`x`]}},{`n`:{`$in`:[1]}}]}|true",
                "{`$or`:[{`k`:`x`},{`undeclared`:1}]}||false",
                "{`$or`:[{`k`:`x`},{`ks`:`y`}]}"
                        + "|{`$or`:[{`k`:{`$in`:[`x`]}},{`ks`:{`$in`:[`y`]}}]}|false"
            })
    void where_becomesAFilter(String where, String filter, boolean exact) {
        Pushdown pushed = Pushdown.of(ConditionParser.where(json(where)), SCHEMA);
        assertThat(pushed.json()).isEqualTo(filter == null ? "" : filter.replace('`', '"'));
        assertThat(pushed.exact()).isEqualTo(exact);
        if (pushed.filter() != null) {
            assertThat(FilterParser.parse(pushed.filter(), SCHEMA)).isNotNull();
        }
    }

    @Test
    void always_isNoFilter() {
        assertThat(Pushdown.of(Condition.ALWAYS, SCHEMA)).isEqualTo(new Pushdown(null, true));
    }

    @Test
    void deeperThanShardsRead_isNotLeftToThem() {
        StringBuilder deep = new StringBuilder("{`k`:`x`}");
        for (int i = 0; i < 40; i++) {
            deep.insert(0, "{`$and`:[{`b`:true},").append("]}");
        }
        assertThat(Pushdown.of(ConditionParser.where(json(deep.toString())), SCHEMA))
                .isEqualTo(Pushdown.NONE);
    }

    private static ObjectNode json(String text) {
        return StrictJson.object(text.replace('`', '"').getBytes(StandardCharsets.UTF_8), "where");
    }
}
