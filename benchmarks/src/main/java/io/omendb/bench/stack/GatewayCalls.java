package io.omendb.bench.stack;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;

/** JSON calls of a gateway, or of Flink, that may be gone. */
public final class GatewayCalls {
    public static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration TIMEOUT = Duration.ofSeconds(20);

    /** No gateway answered. */
    private static final int NOBODY = 0;

    private final URI gateway;
    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();

    public GatewayCalls(URI gateway) {
        this.gateway = gateway;
    }

    /** An answer; {@code status} is 0 where there was none. */
    public record Answer(int status, JsonNode body) {
        /** Whether it is what was asked for. */
        public boolean isOk() {
            return status / 100 == 2;
        }
    }

    public Answer get(String path) throws InterruptedException {
        return send(request(path).GET());
    }

    Answer delete(String path) throws InterruptedException {
        return send(request(path).DELETE());
    }

    public Answer put(String path, ObjectNode body) throws InterruptedException {
        return send(
                request(path)
                        .header("Content-Type", "application/json")
                        .PUT(BodyPublishers.ofString(body.toString())));
    }

    public Answer post(String path, ObjectNode body) throws InterruptedException {
        return send(
                request(path)
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString(body.toString())));
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(gateway.resolve(path)).timeout(TIMEOUT);
    }

    private Answer send(HttpRequest.Builder request) throws InterruptedException {
        try {
            HttpResponse<String> answer = http.send(request.build(), BodyHandlers.ofString());
            String body = answer.body();
            return new Answer(
                    answer.statusCode(),
                    body.startsWith("{") ? JSON.readTree(body) : JSON.createObjectNode());
        } catch (IOException e) {
            return new Answer(NOBODY, JSON.createObjectNode());
        }
    }
}
