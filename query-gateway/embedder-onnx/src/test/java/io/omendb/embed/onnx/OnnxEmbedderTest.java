package io.omendb.embed.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.embed.Embedder;
import io.omendb.embed.Embedders;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Over models of a few numbers that the test writes, by the real runtime and tokenizer. */
class OnnxEmbedderTest {
    private static final Offset<Float> CLOSE = within(1e-6f);
    private static final List<String> WORDS = List.of("[PAD]", "[UNK]", "red", "blue", "shoes");

    /** A row a word; that of the padding would show. */
    private static final float[][] TABLE = {
        {1000, 1000, 1000}, {0, 0, 0}, {1, 0, 0}, {0, 2, 0}, {0, 0, 4}
    };

    @TempDir Path dir;
    private final Map<String, Object> settings = new HashMap<>();
    private Embedders embedders;

    @BeforeEach
    void write() throws Exception {
        TinyModel.writeLookup(dir.resolve("model.onnx"), TABLE);
        StringBuilder words = new StringBuilder();
        for (int i = 0; i < WORDS.size(); i++) {
            words.append(i == 0 ? "" : ",")
                    .append('"')
                    .append(WORDS.get(i))
                    .append("\":")
                    .append(i);
        }
        Files.writeString(
                dir.resolve("tokenizer.json"),
                "{\"version\":\"1.0\",\"truncation\":null,\"padding\":null,\"added_tokens\":[],"
                        + "\"normalizer\":{\"type\":\"Lowercase\"},"
                        + "\"pre_tokenizer\":{\"type\":\"Whitespace\"},"
                        + "\"post_processor\":null,\"decoder\":null,"
                        + "\"model\":{\"type\":\"WordLevel\",\"vocab\":{"
                        + words
                        + "},\"unk_token\":\"[UNK]\"}}");
        settings.put("type", "onnx");
        settings.put("model", dir.resolve("model.onnx").toString());
        settings.put("tokenizer", dir.resolve("tokenizer.json").toString());
        settings.put("normalize", false);
    }

    @AfterEach
    void close() {
        if (embedders != null) {
            embedders.close();
        }
    }

    private Embedder embedder() {
        if (embedders == null) {
            embedders = Embedders.open(Map.of("e", settings));
        }
        return embedders.find("e").orElseThrow();
    }

    private List<float[]> embed(String... texts) throws Exception {
        return embedder().embed(List.of(texts)).toCompletableFuture().get(60, TimeUnit.SECONDS);
    }

    @Test
    void embed_tokens_areAveragedOverTheMask() throws Exception {
        List<float[]> vectors =
                embed("Red shoes", "red", "nothing known here", "", "red RED blue blue");
        assertThat(embedder().dimension()).isEqualTo(3);
        assertThat(vectors.get(0)).containsExactly(new float[] {0.5f, 0, 2}, CLOSE);
        assertThat(vectors.get(1)).containsExactly(new float[] {1, 0, 0}, CLOSE);
        assertThat(vectors.get(2)).containsOnly(0f);
        assertThat(vectors.get(3)).containsOnly(0f);
        assertThat(vectors.get(4)).containsExactly(new float[] {0.5f, 1, 0}, CLOSE);
    }

    @Test
    void embed_normalized_hasUnitLength_andTheFirstTokenCanStandForAll() throws Exception {
        settings.remove("normalize");
        assertThat(embed("blue shoes").get(0))
                .containsExactly(
                        new float[] {0, (float) (1 / Math.sqrt(5)), (float) (2 / Math.sqrt(5))},
                        CLOSE);
        close();
        embedders = null;
        settings.put("pooling", "cls");
        assertThat(embed("blue shoes", "x").get(0)).containsExactly(new float[] {0, 1, 0}, CLOSE);
    }

    @Test
    void embed_longText_isCutOff() throws Exception {
        settings.put("max_tokens", 2);
        assertThat(embed("red red blue blue blue").get(0))
                .containsExactly(new float[] {1, 0, 0}, CLOSE);
    }

    @Test
    void embed_pooledOutput_isTakenAsItIs() throws Exception {
        TinyModel.writePooled(dir.resolve("model.onnx"), TABLE);
        settings.put("output", "sentence_embedding");
        assertThat(embed("red shoes").get(0)).containsExactly(new float[] {0.5f, 0, 2}, CLOSE);
        close();
        embedders = null;
        settings.remove("output");
        assertThat(embed("red shoes", "red").get(1)).containsExactly(new float[] {1, 0, 0}, CLOSE);
        close();
        embedders = null;
        settings.put("output", "other");
        assertThatThrownBy(this::embedder)
                .hasMessage(
                        "gateway.embedders.e.output: found \"other\", expected one of"
                                + " token_embeddings, sentence_embedding");
    }

    @Test
    void embed_byManyAtOnce_givesEachItsOwn() throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        settings.put("threads", 2);
        settings.put("batch_size", 3);
        List<CompletableFuture<List<float[]>>> calls = new ArrayList<>();
        List<Integer> reds = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            int red = 1 + random.nextInt(6);
            reds.add(red);
            List<String> texts = new ArrayList<>();
            for (int t = 0; t < 7; t++) {
                texts.add("red ".repeat(red) + "blue ".repeat(t));
            }
            calls.add(embedder().embed(texts).toCompletableFuture());
        }
        for (int i = 0; i < calls.size(); i++) {
            List<float[]> vectors = calls.get(i).get(60, TimeUnit.SECONDS);
            for (int t = 0; t < 7; t++) {
                float all = reds.get(i) + t;
                assertThat(vectors.get(t))
                        .as("seed %d", seed)
                        .containsExactly(new float[] {reds.get(i) / all, 2 * t / all, 0}, CLOSE);
            }
        }
    }

    @Test
    void create_wrongFiles_areNamed() throws Exception {
        Files.writeString(dir.resolve("nonsense"), "nonsense");
        fails(ErrorCode.INVALID, "model", dir.resolve("none"), ".model: found");
        fails(ErrorCode.INVALID, "tokenizer", dir, ".tokenizer: found");
        fails(ErrorCode.INVALID, "pooling", Path.of("max"), ".pooling: found \"max\", expected");
        fails(ErrorCode.EXTERNAL, "model", dir.resolve("nonsense"), "cannot load the model");
        fails(ErrorCode.EXTERNAL, "tokenizer", dir.resolve("nonsense"), "load the tokenizer");
        TinyModel.writeImages(dir.resolve("images"));
        fails(ErrorCode.EXTERNAL, "model", dir.resolve("images"), "the model has the input pixels");
    }

    private void fails(ErrorCode code, String key, Path value, String message) {
        Map<String, Object> wrong = new HashMap<>(settings);
        wrong.put(key, value.toString());
        assertThatThrownBy(() -> Embedders.open(Map.of("e", wrong)))
                .isInstanceOfSatisfying(
                        OmenException.class, e -> assertThat(e.code()).isEqualTo(code))
                .hasMessageContaining(message);
    }
}
