package io.omendb.record;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.omendb.OmenException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The JSON form of a point, the same over HTTP and in Kafka's {@code json} records:
 *
 * <pre>
 * {"id": "a", "vector": [0.1, …], "metadata": {…}, "text": "…",
 *  "sparse": {"indices": [3, 17], "values": [0.5, 1.25]}}
 * </pre>
 *
 * {@code id} and {@code vector} are required; the others may be absent or null; any other key is an
 * error. Components survive a round trip bit by bit. On its way to a gateway that makes vectors of
 * texts a point may be without a {@code vector}, if it has a {@code text}.
 */
public final class PointJson {
    private PointJson() {}

    /** Whether a point must have its vector. */
    public enum Vectors {
        REQUIRED,
        /** Not where it has a text: {@link Point#hasVector} tells. */
        OR_TEXT
    }

    /**
     * Reads a point that is the whole of the bytes.
     *
     * @throws OmenException MALFORMED naming the field, what was found and what was expected
     */
    public static Point read(byte[] json) {
        return read(json, 0, json.length, Vectors.REQUIRED);
    }

    /** Reads a point that is a whole range of the bytes. */
    public static Point read(byte[] json, int offset, int length, Vectors vectors) {
        try (JsonParser parser = StrictJson.parser(json, offset, length)) {
            Point point = read(parser, vectors);
            StrictJson.expectEnd(parser, "the point");
            return point;
        } catch (IOException e) {
            throw StrictJson.malformed(e);
        }
    }

    /** Reads the point whose START_OBJECT the parser stands on, up to its END_OBJECT. */
    public static Point read(JsonParser parser, Vectors vectors) throws IOException {
        if (parser.currentToken() != JsonToken.START_OBJECT) {
            throw StrictJson.unexpected(parser, "point", "an object");
        }
        Fields fields = new Fields(vectors);
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String field = parser.currentName();
            parser.nextToken();
            fields.read(field, parser);
        }
        return fields.toPoint();
    }

    /** The point in compact UTF-8 JSON. */
    public static byte[] write(Point point) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(64 + 12 * point.vector().length);
        try (JsonGenerator json = StrictJson.factory().createGenerator(bytes)) {
            json.setCodec(StrictJson.mapper());
            write(point, json);
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory", e);
        }
        return bytes.toByteArray();
    }

    /** Writes the point as the generator's next value. */
    public static void write(Point point, JsonGenerator json) throws IOException {
        json.writeStartObject();
        json.writeStringField("id", point.id());
        if (point.hasVector()) {
            json.writeFieldName("vector");
            writeFloats(point.vector(), json);
        }
        if (point.metadata() != null) {
            json.writeFieldName("metadata");
            json.writeTree(point.metadata());
        }
        if (point.text() != null) {
            json.writeStringField("text", point.text());
        }
        int[] indices = point.sparseIndices();
        float[] values = point.sparseValues();
        if (indices != null && values != null) {
            json.writeObjectFieldStart("sparse");
            json.writeFieldName("indices");
            json.writeArray(indices, 0, indices.length);
            json.writeFieldName("values");
            writeFloats(values, json);
            json.writeEndObject();
        }
        json.writeEndObject();
    }

    /** Writes an array of floats, each in the fewest digits that give it back. */
    public static void writeFloats(float[] values, JsonGenerator json) throws IOException {
        json.writeStartArray();
        for (float value : values) {
            json.writeNumber(value);
        }
        json.writeEndArray();
    }

    /**
     * Reads the sparse vector whose START_OBJECT the parser stands on.
     *
     * @throws OmenException MALFORMED also where there are not as many values as indices
     */
    public static SparseVector readSparse(JsonParser parser) throws IOException {
        Fields fields = new Fields(Vectors.REQUIRED);
        fields.readSparse(parser);
        int[] indices = Fields.require("sparse.indices", fields.sparseIndices, "integers");
        float[] values = Fields.require("sparse.values", fields.sparseValues, "numbers");
        return SparseVector.sent(indices, values);
    }

    /** What has been read of a point so far. */
    private static final class Fields {
        private static final String NUMBERS = "an array of numbers";

        private final Vectors vectors;
        private @Nullable String id;
        private float @Nullable [] vector;
        private @Nullable ObjectNode metadata;
        private @Nullable String text;
        private int @Nullable [] sparseIndices;
        private float @Nullable [] sparseValues;

        Fields(Vectors vectors) {
            this.vectors = vectors;
        }

        void read(String field, JsonParser parser) throws IOException {
            boolean absent = parser.currentToken() == JsonToken.VALUE_NULL;
            switch (field) {
                case "id" -> {
                    checkFirst(field, id);
                    id = StrictJson.string(parser, field);
                }
                case "vector" -> {
                    checkFirst(field, vector);
                    boolean none = absent && vectors == Vectors.OR_TEXT;
                    vector = none ? null : StrictJson.floats(parser, field, 128);
                }
                case "metadata" -> {
                    checkFirst(field, metadata);
                    metadata = absent ? null : StrictJson.object(parser, field);
                }
                case "text" -> {
                    checkFirst(field, text);
                    text = absent ? null : StrictJson.string(parser, field);
                }
                case "sparse" -> {
                    checkFirst(field, sparseIndices);
                    if (!absent) {
                        readSparse(parser);
                    }
                }
                default ->
                        throw OmenException.malformed(
                                field
                                        + ": found an unknown field, expected one of id, vector,"
                                        + " metadata, text, sparse");
            }
        }

        private void readSparse(JsonParser parser) throws IOException {
            if (parser.currentToken() != JsonToken.START_OBJECT) {
                throw StrictJson.unexpected(parser, "sparse", "an object with indices and values");
            }
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String field = parser.currentName();
                parser.nextToken();
                switch (field) {
                    case "indices" -> sparseIndices = StrictJson.integers(parser, "sparse.indices");
                    case "values" -> sparseValues = StrictJson.floats(parser, "sparse.values", 16);
                    default ->
                            throw OmenException.malformed(
                                    "sparse."
                                            + field
                                            + ": found an unknown field, expected indices or values");
                }
            }
            int[] indices = require("sparse.indices", sparseIndices, "an array of integers");
            float[] values = require("sparse.values", sparseValues, "an array of numbers");
            if (indices.length == values.length) {
                sort(indices, values);
            }
        }

        /** Sparse encoders give terms in the order of the text; by far most give them sorted. */
        private static void sort(int[] indices, float[] values) {
            int ascending = 1;
            while (ascending < indices.length && indices[ascending - 1] < indices[ascending]) {
                ascending++;
            }
            if (ascending >= indices.length) {
                return;
            }
            // An index and its value in one number, which sorts as the index does.
            long[] entries = new long[indices.length];
            for (int i = 0; i < entries.length; i++) {
                entries[i] =
                        (long) indices[i] << 32
                                | Integer.toUnsignedLong(Float.floatToRawIntBits(values[i]));
            }
            Arrays.sort(entries);
            for (int i = 0; i < entries.length; i++) {
                indices[i] = (int) (entries[i] >> 32);
                values[i] = Float.intBitsToFloat((int) entries[i]);
            }
        }

        Point toPoint() {
            return new Point(
                    require("id", id, "a string"),
                    vectors == Vectors.REQUIRED ? requiredVector() : vectorOrNone(),
                    metadata,
                    text,
                    sparseIndices,
                    sparseValues);
        }

        private float[] requiredVector() {
            if (vector == null && text != null) {
                throw OmenException.malformed(
                        "vector: found nothing, expected "
                                + NUMBERS
                                + ": texts are embedded by gateways, for collections with an"
                                + " embedder");
            }
            return require("vector", vector, NUMBERS);
        }

        private float[] vectorOrNone() {
            if (vector == null) {
                if (text == null) {
                    throw OmenException.malformed(
                            "vector: found nothing, expected " + NUMBERS + ", or a text");
                }
                return Point.NO_VECTOR;
            }
            if (vector.length == 0) {
                throw OmenException.invalid(
                        "vector: found 0 components, expected the collection's dimension, or no"
                                + " vector");
            }
            return vector;
        }

        private static <T> T require(String field, @Nullable T value, String expected) {
            if (value == null) {
                throw OmenException.malformed(field + ": found nothing, expected " + expected);
            }
            return value;
        }

        private static void checkFirst(String field, @Nullable Object earlier) {
            if (earlier != null) {
                throw OmenException.malformed(field + ": found it twice, expected it once");
            }
        }
    }
}
