package io.omendb.gateway.search;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.omendb.OmenException;
import io.omendb.protocol.v1.Include;
import io.omendb.record.StrictJson;
import java.io.IOException;
import java.util.Arrays;
import java.util.Locale;

/**
 * What of a point is answered. The id always is.
 *
 * @param metadata the metadata object and the text
 */
record Fields(boolean distance, boolean metadata, boolean vector) {
    private enum Name {
        ID,
        DISTANCE,
        METADATA,
        VECTOR
    }

    static final Fields ID = new Fields(false, false, false);
    static final Fields OF_SEARCH = new Fields(true, true, false);
    static final Fields OF_SCROLL = new Fields(false, true, false);
    static final Fields OF_LOOKUP = new Fields(false, true, true);

    /** Reads the array the parser stands on. */
    static Fields read(JsonParser parser) throws IOException {
        if (parser.currentToken() != JsonToken.START_ARRAY) {
            throw StrictJson.unexpected(parser, "include", "an array of names");
        }
        Fields fields = ID;
        for (int i = 0; parser.nextToken() != JsonToken.END_ARRAY; i++) {
            String field = "include[" + i + "]";
            fields = fields.with(name(field, StrictJson.string(parser, field)));
        }
        return fields;
    }

    /** Reads names separated by commas. */
    static Fields parse(String names) {
        Fields fields = ID;
        for (String name : names.split(",", -1)) {
            fields = fields.with(name("include", name.trim()));
        }
        return fields;
    }

    private Fields with(Name name) {
        return new Fields(
                distance || name == Name.DISTANCE,
                metadata || name == Name.METADATA,
                vector || name == Name.VECTOR);
    }

    /** What either asks for. */
    Fields or(Fields other) {
        return new Fields(
                distance || other.distance, metadata || other.metadata, vector || other.vector);
    }

    /** The same without the distance, where there is none. */
    Fields withDistance(boolean known) {
        return new Fields(distance && known, metadata, vector);
    }

    private static Name name(String field, String text) {
        return Arrays.stream(Name.values())
                .filter(name -> name.name().toLowerCase(Locale.ROOT).equals(text))
                .findFirst()
                .orElseThrow(
                        () ->
                                OmenException.invalid(
                                        field
                                                + ": found \""
                                                + text
                                                + "\", expected id, distance, metadata or vector"));
    }

    Include include() {
        return Include.newBuilder().setMetadata(metadata).setVector(vector).build();
    }
}
