package io.omendb.cli.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.omendb.ErrorCode;
import io.omendb.OmenException;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Calls a gateway over HTTP. Safe for many threads. */
public final class GatewayClient {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    private final String url;
    private final HttpClient http =
            HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .connectTimeout(Duration.ofSeconds(5))
                    .build();
    private final ObjectMapper json = new ObjectMapper();

    public GatewayClient(String url) {
        this.url = url.endsWith("/") ? url.substring(0, url.length() - 1) : url;
    }

    /**
     * Sends a request.
     *
     * @param body JSON; null for none
     * @return the answer; a JSON null where it is empty
     * @throws OmenException with the gateway's own words if it answers 4xx or 5xx; UNAVAILABLE if
     *     it does not answer
     */
    public JsonNode send(String method, String path, @Nullable JsonNode body)
            throws InterruptedException {
        try {
            byte[] bytes = body == null ? null : json.writeValueAsBytes(body);
            return send(method, path, "application/json", bytes);
        } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
            throw new IllegalStateException("a tree that is not JSON", e);
        }
    }

    /** Sends a request with a body of any type; see {@link #send(String, String, JsonNode)}. */
    public JsonNode send(String method, String path, String contentType, byte @Nullable [] body)
            throws InterruptedException {
        HttpRequest request =
                HttpRequest.newBuilder(URI.create(url + path))
                        .timeout(TIMEOUT)
                        .header("content-type", contentType)
                        .method(
                                method,
                                body == null
                                        ? BodyPublishers.noBody()
                                        : BodyPublishers.ofByteArray(body))
                        .build();
        try {
            HttpResponse<byte[]> response = http.send(request, BodyHandlers.ofByteArray());
            JsonNode answer =
                    response.body().length == 0 ? json.nullNode() : json.readTree(response.body());
            if (response.statusCode() >= 400) {
                throw failure(response.statusCode(), answer);
            }
            return answer;
        } catch (IOException e) {
            throw new OmenException(
                    ErrorCode.UNAVAILABLE,
                    "no answer from " + url + ": " + e + ": is ./omen up running?",
                    e);
        }
    }

    /** Whether the gateway can answer searches now. */
    public boolean isReady() throws InterruptedException {
        try {
            send("GET", "/health/ready", null);
            return true;
        } catch (OmenException e) {
            return false;
        }
    }

    /** A collection's path. */
    public static String collection(String name) {
        return "/collections/" + URLEncoder.encode(name, StandardCharsets.UTF_8);
    }

    private static OmenException failure(int status, JsonNode problem) {
        ErrorCode code = ErrorCode.INTERNAL;
        for (ErrorCode candidate : ErrorCode.values()) {
            if (candidate.httpStatus() == status) {
                code = candidate;
                break;
            }
        }
        StringBuilder message =
                new StringBuilder(
                        problem.path("detail")
                                .asText(problem.path("title").asText("HTTP " + status)));
        for (JsonNode error : problem.path("errors")) {
            message.append("\n  point ")
                    .append(error.path("index").asText())
                    .append(": ")
                    .append(error.path("detail").asText());
        }
        return new OmenException(code, message.toString());
    }
}
