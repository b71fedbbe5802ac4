package io.omendb.embed.openai;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.omendb.OmenException;
import io.omendb.record.StrictJson;
import java.io.IOException;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/**
 * Reads {@code {"data": [{"index": 0, "embedding": [...]}, ...], ...}}. Other fields are passed
 * over. An embedding without an index is the one of its place.
 */
final class EmbeddingsJson {
    private final int count;
    private final int dimension;
    private final float[][] vectors;

    private EmbeddingsJson(int count, int dimension) {
        this.count = count;
        this.dimension = dimension;
        this.vectors = new float[count][];
    }

    /**
     * The vectors in the order of their indices.
     *
     * @throws OmenException saying what is wrong with them
     */
    static List<float[]> read(byte[] body, int count, int dimension) {
        EmbeddingsJson json = new EmbeddingsJson(count, dimension);
        try (JsonParser parser = StrictJson.parser(body)) {
            json.read(parser);
        } catch (IOException e) {
            throw StrictJson.malformed(e);
        }
        for (int i = 0; i < count; i++) {
            if (json.vectors[i] == null) {
                throw OmenException.malformed(
                        "data: found no embedding with index " + i + ", expected " + count);
            }
        }
        return Collections.unmodifiableList(Arrays.asList(json.vectors));
    }

    private void read(JsonParser parser) throws IOException {
        if (parser.currentToken() != JsonToken.START_OBJECT) {
            throw StrictJson.unexpected(parser, "answer", "an object with data");
        }
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            boolean isData = parser.currentName().equals("data");
            parser.nextToken();
            if (isData) {
                readData(parser);
            } else {
                parser.skipChildren();
            }
        }
        StrictJson.expectEnd(parser, "the answer");
    }

    private void readData(JsonParser parser) throws IOException {
        if (parser.currentToken() != JsonToken.START_ARRAY) {
            throw StrictJson.unexpected(parser, "data", "an array of embeddings");
        }
        int place = 0;
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            if (place == count) {
                throw OmenException.malformed(
                        "data: found more embeddings than the " + count + " asked for");
            }
            readEmbedding(parser, place++);
        }
    }

    private void readEmbedding(JsonParser parser, int place) throws IOException {
        String path = "data[" + place + "]";
        if (parser.currentToken() != JsonToken.START_OBJECT) {
            throw StrictJson.unexpected(parser, path, "an object with index and embedding");
        }
        int index = place;
        float[] vector = new float[0];
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String field = parser.currentName();
            parser.nextToken();
            switch (field) {
                case "index" -> index = StrictJson.integer(parser, path + ".index");
                case "embedding" ->
                        vector = StrictJson.floats(parser, path + ".embedding", dimension);
                default -> parser.skipChildren();
            }
        }
        check(path, index, vector);
        vectors[index] = vector;
    }

    private void check(String path, int index, float[] vector) {
        if (index < 0 || index >= count || vectors[index] != null) {
            throw OmenException.malformed(
                    path
                            + ".index: found "
                            + index
                            + ", expected each of 0 to "
                            + (count - 1)
                            + " once");
        }
        if (vector.length != dimension) {
            throw OmenException.malformed(
                    path
                            + ".embedding: found "
                            + vector.length
                            + " components, expected the embedder's dimension "
                            + dimension);
        }
        for (float component : vector) {
            if (!Float.isFinite(component)) {
                throw OmenException.malformed(
                        path + ".embedding: found " + component + ", expected finite numbers");
            }
        }
    }
}
