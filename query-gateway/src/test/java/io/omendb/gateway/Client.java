package io.omendb.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;

/** Talks to a gateway as users do. Quotes in JSON may be written {@code '}. */
final class Client {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    /** An answer. */
    record Reply(int status, String type, String text) {
        JsonNode json() {
            try {
                return MAPPER.readTree(text);
            } catch (IOException e) {
                throw new AssertionError(text, e);
            }
        }

        Reply expect(int expected) {
            assertThat(status).as(text).isEqualTo(expected);
            return this;
        }

        /** Checks a problem document. */
        Reply expectProblem(int expected, String code, String detail) {
            expect(expected);
            assertThat(type).isEqualTo("application/problem+json");
            assertThat(json().path("type").asText()).isEqualTo("about:blank");
            assertThat(json().path("title").asText()).isNotEmpty();
            assertThat(json().path("status").asInt()).isEqualTo(expected);
            assertThat(json().path("code").asText()).isEqualTo(code);
            assertThat(json().path("detail").asText()).contains(detail.replace('\'', '"'));
            return this;
        }
    }

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final String root;

    Client(int port) {
        root = "http://127.0.0.1:" + port;
    }

    Reply get(String path) throws Exception {
        return send("GET", path, "", "application/json").get();
    }

    Reply delete(String path) throws Exception {
        return send("DELETE", path, "", "application/json").get();
    }

    Reply put(String path, String json) throws Exception {
        return send("PUT", path, json.replace('\'', '"'), "application/json").get();
    }

    Reply post(String path, String json) throws Exception {
        return send("POST", path, json.replace('\'', '"'), "application/json").get();
    }

    Reply patch(String path, String json) throws Exception {
        return send("PATCH", path, json.replace('\'', '"'), "application/merge-patch+json").get();
    }

    /** Sends bytes, with header names and values in turns. */
    HttpResponse<byte[]> bytes(String method, String path, byte[] body, String... headers)
            throws Exception {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(root + path))
                        .method(method, HttpRequest.BodyPublishers.ofByteArray(body));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return http.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
    }

    /** An answer of bytes as one of text. */
    static Reply reply(HttpResponse<byte[]> response) {
        return new Reply(
                response.statusCode(),
                response.headers().firstValue("content-type").orElse(""),
                new String(response.body(), StandardCharsets.UTF_8));
    }

    CompletableFuture<Reply> send(String method, String path, String body, String type) {
        HttpRequest request =
                HttpRequest.newBuilder(URI.create(root + path))
                        .header("content-type", type)
                        .method(method, HttpRequest.BodyPublishers.ofString(body))
                        .build();
        return http.sendAsync(request, HttpResponse.BodyHandlers.ofString())
                .thenApply(
                        reply ->
                                new Reply(
                                        reply.statusCode(),
                                        reply.headers().firstValue("content-type").orElse(""),
                                        reply.body()));
    }
}
