package io.omendb.cli;

import static dev.langchain4j.store.embedding.filter.MetadataFilterBuilder.metadataKey;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.langchain4j.data.document.Metadata;
import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.store.embedding.EmbeddingMatch;
import dev.langchain4j.store.embedding.EmbeddingSearchRequest;
import dev.langchain4j.store.embedding.chroma.ChromaApiVersion;
import dev.langchain4j.store.embedding.chroma.ChromaEmbeddingStore;
import dev.langchain4j.store.embedding.filter.Filter;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** LangChain4j's store for Chroma against the whole stack: what any embedding store must do. */
@ExtendWith(SharedOmen.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LangChainChromaIT {
    private ChromaEmbeddingStore store;

    @BeforeAll
    void open(SharedOmen.Running shared) {
        store =
                ChromaEmbeddingStore.builder()
                        .apiVersion(ChromaApiVersion.V2)
                        .baseUrl(shared.omen().url)
                        .tenantName("langchain")
                        .databaseName("tests")
                        .collectionName("embeddings")
                        .timeout(Duration.ofSeconds(20))
                        .build();
    }

    @BeforeEach
    void empty() {
        List<String> ids = matching(null); // removeAll() makes a collection, which takes its time
        if (!ids.isEmpty()) {
            store.removeAll(ids);
        }
    }

    private static Embedding embedding(float... vector) {
        return Embedding.from(vector);
    }

    private List<EmbeddingMatch<TextSegment>> search(int maxResults, double minScore) {
        return store.search(
                        EmbeddingSearchRequest.builder()
                                .queryEmbedding(embedding(1, 0, 0))
                                .maxResults(maxResults)
                                .minScore(minScore)
                                .build())
                .matches();
    }

    private List<String> matching(Filter filter) {
        return store
                .search(
                        EmbeddingSearchRequest.builder()
                                .queryEmbedding(embedding(1, 0, 0))
                                .maxResults(100)
                                .filter(filter)
                                .build())
                .matches()
                .stream()
                .map(EmbeddingMatch::embeddingId)
                .sorted()
                .toList();
    }

    @Test
    void add_one_isFoundWithItsScore() {
        String id = store.add(embedding(1, 0, 0));

        EmbeddingMatch<TextSegment> match = search(10, 0).get(0);
        assertThat(match.embeddingId()).isEqualTo(id);
        assertThat(match.score()).isCloseTo(1, within(1e-5));
        assertThat(match.embedding()).isEqualTo(embedding(1, 0, 0));
        assertThat(match.embedded()).isNull();
    }

    @Test
    void add_withAnId_isFoundUnderIt() {
        String id = UUID.randomUUID().toString();
        store.add(id, embedding(1, 0, 0));
        assertThat(search(10, 0)).extracting(EmbeddingMatch::embeddingId).containsExactly(id);
    }

    @Test
    void add_withASegment_bringsItBack() {
        TextSegment segment = TextSegment.from("hello", Metadata.from("key", "value"));
        String id = store.add(embedding(1, 0, 0), segment);

        EmbeddingMatch<TextSegment> match = search(1, 0).get(0);
        assertThat(match.embeddingId()).isEqualTo(id);
        assertThat(match.embedded()).isEqualTo(segment);
    }

    @Test
    void add_metadataOfEveryType_comesBack() {
        Map<String, Object> all =
                Map.of(
                        "string",
                        "text",
                        "empty",
                        "",
                        "blank",
                        " ",
                        "integer",
                        Integer.MIN_VALUE,
                        "long",
                        9_007_199_254_740_993L,
                        "double",
                        1.25,
                        "float",
                        0.5f);
        store.add(embedding(1, 0, 0), TextSegment.from("hello", Metadata.from(all)));

        Metadata found = search(1, 0).get(0).embedded().metadata();
        assertThat(found.getString("string")).isEqualTo("text");
        assertThat(found.getString("empty")).isEmpty();
        assertThat(found.getString("blank")).isEqualTo(" ");
        assertThat(found.getInteger("integer")).isEqualTo(Integer.MIN_VALUE);
        assertThat(found.getLong("long")).isEqualTo(9_007_199_254_740_993L);
        assertThat(found.getDouble("double")).isEqualTo(1.25);
        assertThat(found.getFloat("float")).isEqualTo(0.5f);
    }

    @Test
    void search_maxResultsAndMinScore_bound() {
        List<String> ids =
                store.addAll(List.of(embedding(1, 0, 0), embedding(1, 1, 0), embedding(-1, 0, 0)));

        assertThat(search(2, 0))
                .extracting(EmbeddingMatch::embeddingId)
                .containsExactly(ids.get(0), ids.get(1));
        assertThat(search(10, 0.9))
                .extracting(EmbeddingMatch::embeddingId)
                .containsExactly(ids.get(0));
        List<EmbeddingMatch<TextSegment>> all = search(10, 0);
        assertThat(all.get(1).score()).isCloseTo((1 + Math.sqrt(0.5)) / 2, within(1e-5));
        assertThat(all.get(2).score()).isCloseTo(0, within(1e-5));
    }

    @ParameterizedTest
    @MethodSource("filters")
    void search_filter_findsWhatMatches(Filter filter, List<String> expected) {
        addSegments();
        assertThat(matching(filter)).isEqualTo(expected);
    }

    @ParameterizedTest
    @MethodSource("filters")
    void removeAll_filter_removesWhatMatches(Filter filter, List<String> expected) {
        List<String> all = addSegments();
        store.removeAll(filter);
        assertThat(matching(null))
                .isEqualTo(all.stream().filter(id -> !expected.contains(id)).toList());
    }

    private List<String> addSegments() {
        List<String> ids = List.of("a", "b", "c", "d");
        store.addAll(
                ids,
                List.of(
                        embedding(1, 0, 0),
                        embedding(0, 1, 0),
                        embedding(0, 0, 1),
                        embedding(-1, 0, 0)),
                List.of(
                        TextSegment.from("one", Metadata.from(Map.of("name", "Klaus", "age", 18))),
                        TextSegment.from("two", Metadata.from(Map.of("name", "Klaus", "age", 42))),
                        TextSegment.from("three", Metadata.from(Map.of("name", "Alice", "w", 1.5))),
                        TextSegment.from("four")));
        return ids;
    }

    static Stream<Arguments> filters() {
        Filter klaus = metadataKey("name").isEqualTo("Klaus");
        Filter adult = metadataKey("age").isGreaterThan(18);
        return Stream.of(
                Arguments.of(klaus, List.of("a", "b")),
                Arguments.of(metadataKey("age").isEqualTo(18), List.of("a")),
                Arguments.of(metadataKey("w").isEqualTo(1.5), List.of("c")),
                Arguments.of(metadataKey("name").isNotEqualTo("Klaus"), List.of("c", "d")),
                Arguments.of(adult, List.of("b")),
                Arguments.of(metadataKey("age").isGreaterThanOrEqualTo(18), List.of("a", "b")),
                Arguments.of(metadataKey("age").isLessThan(42), List.of("a")),
                Arguments.of(metadataKey("w").isLessThanOrEqualTo(1.5), List.of("c")),
                Arguments.of(metadataKey("name").isIn("Klaus", "Alice"), List.of("a", "b", "c")),
                Arguments.of(metadataKey("age").isIn(1, 42), List.of("b")),
                Arguments.of(metadataKey("name").isNotIn("Klaus"), List.of("c", "d")),
                Arguments.of(klaus.and(adult), List.of("b")),
                Arguments.of(adult.or(metadataKey("name").isEqualTo("Alice")), List.of("b", "c")),
                Arguments.of(Filter.not(klaus), List.of("c", "d")),
                Arguments.of(Filter.not(klaus.and(adult)), List.of("a", "c", "d")));
    }

    @Test
    void removeAll_ids_removesThem() {
        List<String> ids =
                store.addAll(List.of(embedding(1, 0, 0), embedding(0, 1, 0), embedding(0, 0, 1)));
        store.removeAll(List.of(ids.get(0), ids.get(2), "nowhere"));
        assertThat(matching(null)).containsExactly(ids.get(1));
        store.remove(ids.get(1));
        assertThat(matching(null)).isEmpty();
    }

    @Test
    void removeAll_removesAll() {
        addSegments();
        store.removeAll();
        assertThat(matching(null)).isEmpty();
        store.add(embedding(1, 0, 0));
        assertThat(search(10, 0)).hasSize(1);
    }
}
