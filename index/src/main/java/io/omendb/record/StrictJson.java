package io.omendb.record;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.omendb.ErrorCode;
import io.omendb.OmenException;
import java.io.IOException;
import java.util.Arrays;

/**
 * Reads JSON tokens as the type a field must have. Everything else is MALFORMED, with a message of
 * the form {@code field: found X, expected Y}.
 *
 * <p>{@code NaN} and {@code Infinity} are read as numbers, although JSON has none, because the
 * clients that send them (Python's {@code json.dumps}) deserve to hear which component is not
 * finite rather than that their JSON is broken.
 */
public final class StrictJson {
    private static final int FOUND_CHARS_MAX = 40;

    private static final JsonFactory FACTORY =
            JsonFactory.builder()
                    .enable(StreamReadFeature.USE_FAST_DOUBLE_PARSER)
                    .enable(StreamWriteFeature.USE_FAST_DOUBLE_WRITER)
                    .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
                    .build();

    private static final ObjectMapper MAPPER = JsonMapper.builder(FACTORY).build();

    private static final ObjectMapper UNIQUE =
            JsonMapper.builder(FACTORY)
                    .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
                    .build();

    private StrictJson() {}

    /** The factory to make parsers and generators with. */
    public static JsonFactory factory() {
        return FACTORY;
    }

    /** A mapper over {@link #factory()}. */
    public static ObjectMapper mapper() {
        return MAPPER;
    }

    /** A parser that stands on the first token of the bytes. */
    public static JsonParser parser(byte[] json) {
        return parser(json, 0, json.length);
    }

    /** A parser that stands on the first token of a range of the bytes. */
    public static JsonParser parser(byte[] json, int offset, int length) {
        try {
            JsonParser parser = FACTORY.createParser(json, offset, length);
            parser.setCodec(MAPPER);
            parser.nextToken();
            return parser;
        } catch (IOException e) {
            throw malformed(e);
        }
    }

    /** The whole of the bytes as one object. */
    public static ObjectNode object(byte[] json, String field) {
        try (JsonParser parser = parser(json)) {
            ObjectNode object = object(parser, field);
            expectEnd(parser, field);
            return object;
        } catch (IOException e) {
            throw malformed(e);
        }
    }

    /** The object the parser stands on. */
    public static ObjectNode object(JsonParser parser, String field) throws IOException {
        if (parser.currentToken() != JsonToken.START_OBJECT) {
            throw unexpected(parser, field, "an object");
        }
        return parser.readValueAsTree();
    }

    /** The whole of the bytes as one object, in which no name may come twice. */
    public static ObjectNode uniqueObject(byte[] json, String field) {
        try (JsonParser parser = parser(json)) {
            ObjectNode object = uniqueObject(parser, field);
            expectEnd(parser, field);
            return object;
        } catch (IOException e) {
            throw malformed(e);
        }
    }

    /**
     * The object the parser stands on, in which no name may come twice: where each adds a
     * condition, the last of them alone is not what was meant.
     */
    public static ObjectNode uniqueObject(JsonParser parser, String field) throws IOException {
        if (parser.currentToken() != JsonToken.START_OBJECT) {
            throw unexpected(parser, field, "an object");
        }
        try {
            return UNIQUE.readTree(parser);
        } catch (MismatchedInputException e) {
            throw new OmenException(
                    ErrorCode.MALFORMED,
                    field
                            + ": found a name twice in one object (line "
                            + e.getLocation().getLineNr()
                            + ", column "
                            + e.getLocation().getColumnNr()
                            + "), expected each once",
                    e);
        }
    }

    /** The string the parser stands on. */
    public static String string(JsonParser parser, String field) throws IOException {
        if (parser.currentToken() != JsonToken.VALUE_STRING) {
            throw unexpected(parser, field, "a string");
        }
        return parser.getText();
    }

    /** The boolean the parser stands on. */
    public static boolean bool(JsonParser parser, String field) throws IOException {
        JsonToken token = parser.currentToken();
        if (token == null || !token.isBoolean()) {
            throw unexpected(parser, field, "true or false");
        }
        return token == JsonToken.VALUE_TRUE;
    }

    /** The integer the parser stands on. */
    public static int integer(JsonParser parser, String field) throws IOException {
        if (parser.currentToken() != JsonToken.VALUE_NUMBER_INT) {
            throw unexpected(parser, field, "an integer");
        }
        if (parser.getNumberType() != JsonParser.NumberType.INT) {
            throw unexpected(
                    parser,
                    field,
                    "an integer from " + Integer.MIN_VALUE + " to " + Integer.MAX_VALUE);
        }
        return parser.getIntValue();
    }

    /** The number the parser stands on. */
    public static double number(JsonParser parser, String field) throws IOException {
        if (parser.currentToken() == null || !parser.currentToken().isNumeric()) {
            throw unexpected(parser, field, "a number");
        }
        return parser.getDoubleValue();
    }

    /** The array of numbers the parser stands on, each the float nearest to what was written. */
    public static float[] floats(JsonParser parser, String field, int expectedLength)
            throws IOException {
        if (parser.currentToken() != JsonToken.START_ARRAY) {
            throw unexpected(parser, field, "an array of numbers");
        }
        float[] values = new float[Math.max(8, expectedLength)];
        int length = 0;
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            if (parser.currentToken() == null || !parser.currentToken().isNumeric()) {
                throw unexpected(parser, field + "[" + length + "]", "a number");
            }
            if (length == values.length) {
                values = Arrays.copyOf(values, length * 2);
            }
            values[length++] = parser.getFloatValue();
        }
        return length == values.length ? values : Arrays.copyOf(values, length);
    }

    /** The array of integers the parser stands on. */
    public static int[] integers(JsonParser parser, String field) throws IOException {
        if (parser.currentToken() != JsonToken.START_ARRAY) {
            throw unexpected(parser, field, "an array of integers");
        }
        int[] values = new int[16];
        int length = 0;
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            if (length == values.length) {
                values = Arrays.copyOf(values, length * 2);
            }
            values[length] = integer(parser, field + "[" + length + "]");
            length++;
        }
        return Arrays.copyOf(values, length);
    }

    /** Checks that nothing follows the value that was read. */
    public static void expectEnd(JsonParser parser, String field) throws IOException {
        if (parser.nextToken() != null) {
            throw unexpected(parser, "after " + field, "nothing more");
        }
    }

    /** The error for the token the parser stands on. */
    public static OmenException unexpected(JsonParser parser, String field, String expected)
            throws IOException {
        return OmenException.malformed(
                field + ": found " + found(parser) + ", expected " + expected);
    }

    /** The error for a value of the wrong type. */
    public static OmenException unexpected(JsonNode value, String field, String expected) {
        return OmenException.malformed(
                field + ": found " + found(value) + ", expected " + expected);
    }

    /** The error for JSON that cannot be read at all. */
    public static OmenException malformed(IOException cause) {
        if (cause instanceof JsonProcessingException syntax) {
            String where =
                    syntax.getLocation() == null
                            ? ""
                            : " at line "
                                    + syntax.getLocation().getLineNr()
                                    + ", column "
                                    + syntax.getLocation().getColumnNr();
            return new OmenException(
                    ErrorCode.MALFORMED,
                    "body: found broken JSON ("
                            + syntax.getOriginalMessage()
                            + ")"
                            + where
                            + ", expected JSON",
                    cause);
        }
        return new OmenException(
                ErrorCode.MALFORMED,
                "body: found unreadable bytes (" + cause.getMessage() + "), expected JSON in UTF-8",
                cause);
    }

    /** What a value is, in few words: for messages. */
    public static String found(JsonNode value) {
        return switch (value.getNodeType()) {
            case OBJECT -> "an object";
            case ARRAY -> "an array";
            case STRING -> '"' + shortened(value.textValue()) + '"';
            case MISSING -> "nothing";
            default -> shortened(value.asText());
        };
    }

    private static String found(JsonParser parser) throws IOException {
        JsonToken token = parser.currentToken();
        if (token == null) {
            return "nothing";
        }
        return switch (token) {
            case START_OBJECT -> "an object";
            case START_ARRAY -> "an array";
            case VALUE_STRING -> '"' + shortened(parser.getText()) + '"';
            case VALUE_NULL -> "null";
            default -> shortened(parser.getText());
        };
    }

    private static String shortened(String text) {
        return text.length() <= FOUND_CHARS_MAX ? text : text.substring(0, FOUND_CHARS_MAX) + "…";
    }
}
