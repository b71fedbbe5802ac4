package io.omendb.record;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.omendb.OmenException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

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
        PointFields fields = new PointFields(vectors);
        fields.readAll(parser);
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
        writeMembers(point, json);
        json.writeEndObject();
    }

    /** Writes what the point has as members of the present object. */
    static void writeMembers(Point point, JsonGenerator json) throws IOException {
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
        PointFields fields = new PointFields(Vectors.REQUIRED);
        fields.readSparse(parser);
        return fields.sparse();
    }
}
