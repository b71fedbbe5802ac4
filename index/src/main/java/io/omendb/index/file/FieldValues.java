package io.omendb.index.file;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.schema.FieldType;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Declared fields of a row, looked up in its metadata. A value of another type than declared counts
 * as absent, as it does for filters; the metadata itself keeps it.
 */
final class FieldValues {
    private static final ObjectReader JSON = new ObjectMapper().readerFor(JsonNode.class);

    private final @Nullable JsonNode metadata;

    private FieldValues(@Nullable JsonNode metadata) {
        this.metadata = metadata;
    }

    static FieldValues of(byte @Nullable [] metadata) {
        try {
            return new FieldValues(metadata == null ? null : JSON.readValue(metadata));
        } catch (IOException e) {
            throw new OmenException(ErrorCode.INTERNAL, "stored metadata is not JSON", e);
        }
    }

    /** The field's value, or null where it is absent, null or of another type. */
    @Nullable JsonNode get(String field, FieldType type) {
        JsonNode value = metadata == null ? null : metadata.get(field);
        return value != null && isA(type, value) ? value : null;
    }

    private static boolean isA(FieldType type, JsonNode value) {
        return switch (type) {
            case KEYWORD, TEXT -> value.isTextual();
            case KEYWORDS -> value.isTextual() || isStrings(value);
            case DOUBLE, LONG -> value.isNumber();
            case BOOL -> value.isBoolean();
        };
    }

    private static boolean isStrings(JsonNode value) {
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
}
