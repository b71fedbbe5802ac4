package io.omendb.client;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;

/**
 * Records as the HTTP interface writes them: snake case, nothing for null. What an answer has that
 * a record has not is left aside, so that a newer server does not break an older client; what a
 * record needs and an answer has not is an error.
 */
final class Json {
    static final JsonMapper MAPPER =
            JsonMapper.builder()
                    .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
                    // A null in metadata is a value, though.
                    .defaultPropertyInclusion(
                            JsonInclude.Value.construct(
                                    JsonInclude.Include.NON_NULL, JsonInclude.Include.ALWAYS))
                    .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                    .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    // Else the type of a metadata value would depend on how large it is.
                    .enable(DeserializationFeature.USE_LONG_FOR_INTS)
                    .addModule(new SimpleModule().addDeserializer(Instant.class, new Iso8601()))
                    .build();

    private Json() {}

    /**
     * The JSON of a request.
     *
     * @throws IllegalArgumentException if metadata holds what JSON has no form for
     */
    static byte[] write(Object value) {
        try {
            return MAPPER.writeValueAsBytes(value);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(
                    "found a value that has no JSON form: " + e.getOriginalMessage(), e);
        }
    }

    /** Reads an answer. */
    static <T> T read(byte[] body, Class<T> type) throws IOException {
        T value = MAPPER.readValue(body, type);
        if (value == null) {
            throw new IOException("found null, expected an object");
        }
        return value;
    }

    /** Jackson reads no instants without a further module. */
    private static final class Iso8601 extends StdDeserializer<Instant> {
        private static final long serialVersionUID = 1;

        Iso8601() {
            super(Instant.class);
        }

        @Override
        public Instant deserialize(JsonParser parser, DeserializationContext context)
                throws IOException {
            try {
                return Instant.parse(parser.getText());
            } catch (DateTimeException e) {
                throw context.weirdStringException(
                        parser.getText(), Instant.class, "expected an ISO 8601 time");
            }
        }
    }
}
