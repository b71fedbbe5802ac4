package io.omendb.gateway.http;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import io.omendb.record.StrictJson;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** Answers in JSON. */
public final class Answers {
    private Answers() {}

    /** Writes JSON piece by piece. */
    @FunctionalInterface
    public interface Body {
        void write(JsonGenerator json) throws IOException;
    }

    public static HttpResponse of(HttpStatus status, JsonNode body) {
        return HttpResponse.of(
                status, MediaType.JSON, body.toString().getBytes(StandardCharsets.UTF_8));
    }

    public static HttpResponse of(HttpStatus status, Body body) {
        return HttpResponse.of(status, MediaType.JSON, bytes(body));
    }

    /** The JSON by itself, as part of an answer of another type. */
    public static String text(Body body) {
        return new String(bytes(body), StandardCharsets.UTF_8);
    }

    private static byte[] bytes(Body body) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(1024);
        try (JsonGenerator json = StrictJson.factory().createGenerator(bytes)) {
            json.setCodec(StrictJson.mapper());
            body.write(json);
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory", e);
        }
        return bytes.toByteArray();
    }
}
