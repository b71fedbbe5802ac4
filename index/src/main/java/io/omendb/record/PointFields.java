package io.omendb.record;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.omendb.OmenException;
import io.omendb.record.PointJson.Vectors;
import java.io.IOException;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What has been read of the JSON form of a point, or of a change to one. Used by one thread, once.
 */
final class PointFields {
    private static final String NUMBERS = "an array of numbers";

    private final Vectors vectors;
    private @Nullable String id;
    private float @Nullable [] vector;
    private @Nullable ObjectNode metadata;
    private @Nullable String text;
    private int @Nullable [] sparseIndices;
    private float @Nullable [] sparseValues;

    /** What was null where a value may be. */
    private final Set<PointPatch.Part> nulls = EnumSet.noneOf(PointPatch.Part.class);

    /**
     * @param vectors whether null may stand for a vector
     */
    PointFields(Vectors vectors) {
        this.vectors = vectors;
    }

    /** Reads the members of the object whose START_OBJECT the parser stands on. */
    void readAll(JsonParser parser) throws IOException {
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String field = parser.currentName();
            parser.nextToken();
            read(field, parser);
        }
    }

    private void read(String field, JsonParser parser) throws IOException {
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
                note(PointPatch.Part.METADATA, absent);
            }
            case "text" -> {
                checkFirst(field, text);
                text = absent ? null : StrictJson.string(parser, field);
                note(PointPatch.Part.TEXT, absent);
            }
            case "sparse" -> {
                checkFirst(field, sparseIndices);
                if (!absent) {
                    readSparse(parser);
                }
                note(PointPatch.Part.SPARSE, absent);
            }
            default ->
                    throw OmenException.malformed(
                            field
                                    + ": found an unknown field, expected one of id, vector,"
                                    + " metadata, text, sparse");
        }
    }

    /** Of a member that comes twice, once as null, the last counts. */
    private void note(PointPatch.Part part, boolean isNull) {
        if (isNull) {
            nulls.add(part);
        } else {
            nulls.remove(part);
        }
    }

    /** Reads the members of the sparse vector whose START_OBJECT the parser stands on. */
    void readSparse(JsonParser parser) throws IOException {
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

    /**
     * A change of the point that {@code named} is.
     *
     * @param named null where the change has to say it
     */
    PointPatch toPatch(@Nullable String named) {
        if (named != null && id != null && !named.equals(id)) {
            throw OmenException.malformed(
                    "id: found \"" + id + "\", expected none, or \"" + named + "\"");
        }
        PointPatch patch =
                new PointPatch(
                        named == null ? require("id", id, "a string") : named,
                        vector == null ? Point.NO_VECTOR : nonEmpty(vector),
                        metadata,
                        text,
                        sparseIndices == null ? null : sparse(),
                        nulls);
        if (patch.isEmpty()) {
            throw OmenException.malformed(
                    "patch: found nothing to change, expected one of vector, metadata, text,"
                            + " sparse");
        }
        return patch;
    }

    /**
     * The sparse vector.
     *
     * @throws OmenException MALFORMED where there are not as many values as indices
     */
    SparseVector sparse() {
        int[] indices = require("sparse.indices", sparseIndices, "integers");
        float[] values = require("sparse.values", sparseValues, "numbers");
        return SparseVector.sent(indices, values);
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
        return nonEmpty(vector);
    }

    /** An empty one stands for none. */
    private static float[] nonEmpty(float[] vector) {
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
