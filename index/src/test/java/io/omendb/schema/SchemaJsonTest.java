package io.omendb.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.omendb.ErrorCode;
import io.omendb.OmenException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SchemaJsonTest {
    private static final String FULL =
            "{'dimension':128,'metric':'cosine','fields':{'category':'keyword','tags':'keyword[]'},"
                    + "'sparse':true,'index':{'kind':'ivf'},'partitions':4,'ttl_seconds':60}";

    @Test
    void read_minimal_takesTheDefaults() {
        assertThat(read("{'dimension':3,'metric':'l2'}"))
                .isEqualTo(CollectionSchema.of("c", 3, Metric.L2));
    }

    @Test
    void read_everything_givesTheSchema() {
        assertThat(read(FULL))
                .isEqualTo(
                        new CollectionSchema(
                                "c",
                                128,
                                Metric.COSINE,
                                Map.of("category", FieldType.KEYWORD, "tags", FieldType.KEYWORDS),
                                true,
                                "ivf",
                                4,
                                60L));
    }

    @Test
    void definition_written_readsBack() {
        CollectionDefinition definition =
                new CollectionDefinition(read(FULL), "omen.c", 1234, Map.of(0, 17L, 3, 5L));

        assertThat(SchemaJson.readDefinition(SchemaJson.writeDefinition(definition)))
                .isEqualTo(definition);
    }

    @Test
    void write_answersTheStoredSchema() {
        CollectionDefinition definition =
                new CollectionDefinition(read(FULL), "omen.c", 0, Map.of());

        assertThat(SchemaJson.write(definition).toString())
                .isEqualTo(
                        "{'name':'c','dimension':128,'metric':'cosine','fields':{'category':'keyword','tags':'keyword[]'},'sparse':true,'index':{'kind':'ivf'},'partitions':4,'ttl_seconds':60,'topic':'omen.c','created_at':'1970-01-01T00:00:00Z'}"
                                .replace('\'', '"'));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "MALFORMED | {'metric':'l2'} | dimension: found nothing, expected an integer",
                "MALFORMED | {'dimension':'3','metric':'l2'} | dimension: found \"3\", expected an"
                        + " integer",
                "MALFORMED | {'dimension':3} | metric: found nothing, expected a string",
                "MALFORMED | {'dimension':3,'metric':'l2','shards':2} | shards: found an unknown"
                        + " field, expected one of dimension, embedder, fields, index, metric, partitions,"
                        + " sparse, text, ttl_seconds",
                "MALFORMED | {'dimension':3,'metric':'l2','index':{'kind':'ivf','m':3}} | index.m:"
                        + " found an unknown field, expected kind",
                "MALFORMED | {'dimension':3,'metric':'l2','fields':['a']} | fields: found an array,"
                        + " expected an object of field names and types",
                "MALFORMED | {'dimension':3,'metric':'l2','sparse':1} | sparse: found 1, expected"
                        + " true or false",
                "MALFORMED | [] | body: found an array, expected a JSON object",
                "INVALID | {'dimension':0,'metric':'l2'} | dimension: found 0, expected 1 to 4096",
                "INVALID | {'dimension':3,'metric':'hamming'} | metric: found \"hamming\", expected"
                        + " one of l2, cosine, dot",
                "INVALID | {'dimension':3,'metric':'l2','fields':{'a':'date'}} | fields.a: found"
                        + " type \"date\", expected one of keyword, keyword[], double, long, bool,"
                        + " text",
                "MALFORMED | {'dimension':3,'metric':'l2','fields':{'a':{'type':'text','lang':'x'}}}"
                        + " | fields.a.lang: found an unknown field, expected language or type",
                "MALFORMED | {'dimension':3,'metric':'l2','text':'english'} | text: found"
                        + " \"english\", expected an object with language",
                "INVALID | {'dimension':3,'metric':'l2','fields':{'a':{'type':'long','language':'english'}}}"
                        + " | fields.a.language: found a language, expected none, as the field is"
                        + " not text",
                "INVALID | {'dimension':3,'metric':'l2','index':{'kind':'magic'}} | index.kind:"
                        + " found \"magic\", expected one of auto, flat, ivf",
                "INVALID | {'dimension':3,'metric':'l2','partitions':0} | partitions: found 0,"
                        + " expected 1 to 1024",
                "INVALID | {'dimension':3,'metric':'l2','ttl_seconds':-1} | ttl_seconds: found -1,"
                        + " expected a positive number or null",
            })
    void read_bad_saysWhatWasExpected(ErrorCode code, String json, String message) {
        assertThatThrownBy(() -> read(json))
                .isInstanceOfSatisfying(
                        OmenException.class, e -> assertThat(e.code()).isEqualTo(code))
                .hasMessage(message);
    }

    @Test
    void languages_roundTrip_andSayWhatThereIs() {
        String json =
                "{'dimension':3,'metric':'l2','fields':{'body':{'type':'text','language':'german'},"
                        + "'title':'text'},'text':{'language':'english'}}";
        CollectionSchema schema = read(json);

        assertThat(schema.language("body")).isEqualTo("german");
        assertThat(schema.language("title")).isEqualTo("standard");
        assertThat(schema.language(Languages.OF_TEXT)).isEqualTo("english");
        CollectionDefinition definition =
                new CollectionDefinition(schema, "omen.c", 1, java.util.Map.of());
        assertThat(SchemaJson.readDefinition(SchemaJson.writeDefinition(definition)).schema())
                .isEqualTo(schema);
        assertThatThrownBy(
                        () -> read("{'dimension':3,'metric':'l2','text':{'language':'klingon'}}"))
                .hasMessageContaining("text.language: found \"klingon\"")
                .hasMessageContaining("english");
    }

    @Test
    void embedder_roundTrip_andIsPartOfWhatMakesSchemasEqual() {
        String plain = "{'dimension':3,'metric':'l2'}";
        CollectionSchema schema = read("{'dimension':3,'metric':'l2','embedder':'e-1'}");

        assertThat(schema).isEqualTo(read(plain).withEmbedder("e-1")).isNotEqualTo(read(plain));
        assertThat(schema.withSparse().withIndex("flat").withLanguages(Map.of()).embedder())
                .isEqualTo("e-1");
        CollectionDefinition definition = new CollectionDefinition(schema, "omen.c", 1, Map.of());
        assertThat(SchemaJson.readDefinition(SchemaJson.writeDefinition(definition)))
                .isEqualTo(definition);
        assertThat(SchemaJson.write(definition).path("embedder").textValue()).isEqualTo("e-1");
        assertThat(read("{'dimension':3,'metric':'l2','embedder':null}")).isEqualTo(read(plain));
        assertThatThrownBy(() -> read("{'dimension':3,'metric':'l2','embedder':7}"))
                .hasMessage("embedder: found 7, expected a string");
        assertThatThrownBy(() -> read("{'dimension':3,'metric':'l2','embedder':'a b'}"))
                .hasMessageStartingWith("embedder: found \"a b\", expected 1 to 128 letters");
    }

    @Test
    void read_brokenJson_isMalformed() {
        assertThatThrownBy(() -> read("{'dimension':"))
                .isInstanceOfSatisfying(
                        OmenException.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.MALFORMED));
    }

    private static CollectionSchema read(String json) {
        return SchemaJson.read("c", json.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
    }
}
