package io.omendb.record;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.omendb.OmenException;
import io.omendb.schema.CollectionSchema;
import io.omendb.schema.FieldType;
import io.omendb.schema.Metric;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The rules a collection sets for its points. A broken rule is INVALID, with a message of the form
 * {@code field: found X, expected Y}.
 */
public final class PointRules {
    public static final int ID_BYTES_MAX = 512;

    /**
     * Length of a vector, at most, unless the metric is cosine: the squared distance of two of them
     * stays far within the range of float32.
     */
    public static final double NORM_MAX = 1e18;

    /** Becomes a question mark in UTF-8, which is what is stored. */
    private static final String UNPAIRED = "an unpaired surrogate";

    private PointRules() {}

    /** Checks every rule. */
    public static void check(CollectionSchema schema, Point point) {
        checkId(point.id());
        checkVector(schema, "vector", point.vector());
        checkBeside(schema, point);
    }

    /**
     * Checks every rule for a point that was sent to a gateway: it may be without its vector where
     * the collection has an embedder and the point a text.
     */
    public static void checkSent(CollectionSchema schema, Point point) {
        if (schema.embedder() == null || point.hasVector()) {
            check(schema, point);
            checkNorm(schema, "vector", point.vector());
            return;
        }
        checkId(point.id());
        if (point.text() == null) {
            throw invalid("vector", "nothing", "an array of numbers, or a text");
        }
        checkBeside(schema, point);
    }

    /** Checks every rule for a change of a point. */
    public static void check(CollectionSchema schema, PointPatch patch) {
        if (schema.embedder() != null && patch.text() != null && !patch.hasVector()) {
            throw invalid(
                    "vector",
                    "nothing",
                    "the vector of the new text: texts are embedded by gateways");
        }
        checkBeside(schema, patch);
        if (patch.hasVector()) {
            checkVector(schema, "vector", patch.vector());
        }
    }

    /**
     * Checks every rule for a change that was sent to a gateway: it may be without the vector of
     * its text where the collection has an embedder.
     */
    public static void checkSent(CollectionSchema schema, PointPatch patch) {
        checkBeside(schema, patch);
        if (patch.hasVector()) {
            checkVector(schema, "vector", patch.vector());
            checkNorm(schema, "vector", patch.vector());
        }
    }

    private static void checkBeside(CollectionSchema schema, PointPatch patch) {
        checkId(patch.id());
        checkBeside(schema, patch.metadata(), patch.text());
        if (patch.sparse() != null) {
            checkSparse(schema, patch.sparse());
        }
    }

    private static void checkBeside(CollectionSchema schema, Point point) {
        checkBeside(schema, point.metadata(), point.text());
        if (point.sparseIndices() != null && point.sparseValues() != null) {
            checkSparse(schema, point.sparseIndices(), point.sparseValues());
        }
    }

    private static void checkBeside(
            CollectionSchema schema, @Nullable ObjectNode metadata, @Nullable String text) {
        if (metadata != null) {
            checkMetadata(schema, metadata);
        }
        if (text != null && !Unicode.isWellFormed(text)) {
            throw invalid("text", UNPAIRED, "valid Unicode");
        }
    }

    /** Checks an id: 1 to {@value #ID_BYTES_MAX} bytes of valid UTF-8. */
    public static void checkId(String id) {
        // Two ids could fall together.
        if (!Unicode.isWellFormed(id)) {
            throw invalid("id", UNPAIRED, "valid Unicode");
        }
        int length = id.getBytes(StandardCharsets.UTF_8).length;
        if (length < 1 || length > ID_BYTES_MAX) {
            throw invalid("id", length + " bytes", "1 to " + ID_BYTES_MAX + " bytes in UTF-8");
        }
    }

    /** What is wrong with an id as it is stored; null if nothing is. */
    public static @Nullable String idProblem(byte[] id) {
        if (id.length < 1 || id.length > ID_BYTES_MAX) {
            return problem("id", id.length + " bytes", "1 to " + ID_BYTES_MAX + " bytes in UTF-8");
        }
        return isUtf8(id, 0, id.length)
                ? null
                : problem("id", "bytes that are not UTF-8", "valid Unicode");
    }

    /** Whether bytes are well-formed UTF-8. */
    public static boolean isUtf8(byte[] bytes, int offset, int length) {
        int at = offset;
        while (at < offset + length && bytes[at] >= 0) {
            at++;
        }
        if (at == offset + length) {
            return true;
        }
        try {
            CharBuffer unused =
                    StandardCharsets.UTF_8
                            .newDecoder()
                            .decode(ByteBuffer.wrap(bytes, at, offset + length - at));
            return true;
        } catch (CharacterCodingException e) {
            return false;
        }
    }

    /** Checks a stored vector or a query: dimension, finite components, not zero under cosine. */
    public static void checkVector(CollectionSchema schema, String field, float[] vector) {
        if (vector.length != schema.dimension()) {
            throw invalid(
                    field,
                    vector.length + " components",
                    "the collection's dimension " + schema.dimension());
        }
        checkFinite(field, vector);
        if (schema.metric() == Metric.COSINE && isZero(vector)) {
            throw invalid(field, "a zero vector", "a direction, as the metric is cosine");
        }
    }

    /**
     * Checks the length of a vector that is about to be taken, beside what {@link #checkVector}
     * does. What is in the log, or in a checkpoint, may be longer: it was taken before this was a
     * rule.
     */
    public static void checkNorm(CollectionSchema schema, String field, float[] vector) {
        if (schema.metric() != Metric.COSINE && norm(vector) > NORM_MAX) {
            throw invalid(
                    field,
                    "a vector of length " + (float) norm(vector),
                    "at most " + NORM_MAX + ", as squared distances are float32");
        }
    }

    private static double norm(float[] values) {
        double squares = 0;
        for (float value : values) {
            squares += (double) value * value;
        }
        return Math.sqrt(squares);
    }

    private static void checkFinite(String field, float[] values) {
        for (int i = 0; i < values.length; i++) {
            if (!Float.isFinite(values[i])) {
                throw invalid(
                        field + "[" + i + "]",
                        Float.toString(values[i]),
                        "a finite number within the range of float32");
            }
        }
    }

    private static boolean isZero(float[] vector) {
        for (float component : vector) {
            if (component != 0) {
                return false;
            }
        }
        return true;
    }

    private static void checkMetadata(CollectionSchema schema, ObjectNode metadata) {
        Flaw flaw = Flaw.of(metadata);
        if (flaw != null) {
            throw invalid("metadata" + flaw.path(), flaw.found(), flaw.expected());
        }
        for (Map.Entry<String, FieldType> declared : schema.fields().entrySet()) {
            JsonNode value = metadata.get(declared.getKey());
            if (value != null && !value.isNull()) {
                checkType("metadata." + declared.getKey(), declared.getValue(), value);
            }
        }
    }

    private static void checkType(String field, FieldType type, JsonNode value) {
        boolean fits =
                switch (type) {
                    case KEYWORD, TEXT -> value.isTextual();
                    case KEYWORDS -> value.isTextual() || isArrayOfStrings(value);
                    case DOUBLE -> value.isNumber();
                    case LONG -> value.isIntegralNumber() && value.canConvertToLong();
                    case BOOL -> value.isBoolean();
                };
        if (!fits) {
            throw invalid(field, StrictJson.found(value), expected(type));
        }
    }

    private static boolean isArrayOfStrings(JsonNode value) {
        if (!value.isArray()) {
            return false;
        }
        for (JsonNode element : value) {
            if (!element.isTextual()) {
                return false;
            }
        }
        return true;
    }

    private static String expected(FieldType type) {
        return switch (type) {
            case KEYWORD -> "a string, as the field is declared keyword";
            case KEYWORDS -> "an array of strings, as the field is declared keyword[]";
            case DOUBLE -> "a number, as the field is declared double";
            case LONG -> "an integer of at most 64 bits, as the field is declared long";
            case BOOL -> "true or false, as the field is declared bool";
            case TEXT -> "a string, as the field is declared text";
        };
    }

    /** Checks a sparse query: the same rules as those of a point's sparse vector. */
    public static void checkSparse(CollectionSchema schema, SparseVector sparse) {
        checkSparse(schema, sparse.indices(), sparse.values());
    }

    private static void checkSparse(CollectionSchema schema, int[] indices, float[] values) {
        if (!schema.sparse()) {
            throw invalid("sparse", "a sparse vector", "none, as the collection has sparse=false");
        }
        if (indices.length != values.length) {
            throw invalid(
                    "sparse.values",
                    values.length + " values",
                    "as many as there are indices, " + indices.length);
        }
        for (int i = 0; i < indices.length; i++) {
            if (indices[i] < 0) {
                throw invalid(
                        "sparse.indices[" + i + "]",
                        Integer.toString(indices[i]),
                        "a number of at least 0");
            }
            if (i > 0 && indices[i] <= indices[i - 1]) {
                throw invalid(
                        "sparse.indices[" + i + "]",
                        indices[i] + " after " + indices[i - 1],
                        "ascending numbers without repeats");
            }
        }
        checkFinite("sparse.values", values);
    }

    private static OmenException invalid(String field, String found, String expected) {
        return OmenException.invalid(problem(field, found, expected));
    }

    private static String problem(String field, String found, String expected) {
        return field + ": found " + found + ", expected " + expected;
    }
}
