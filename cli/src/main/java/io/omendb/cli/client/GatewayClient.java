package io.omendb.cli.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.client.tls.TlsFailure;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntFunction;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** Calls a gateway over HTTP. Safe for many threads. */
public final class GatewayClient {
    private static final Set<String> SCHEMES = Set.of("http", "https");
    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    private final String url;
    private final @Nullable String apiKey;
    private final HttpClient http;
    private final ObjectMapper json = new ObjectMapper();

    /** A client without a key; see {@link #GatewayClient(GatewayAccess)}. */
    public GatewayClient(String url) {
        this(GatewayAccess.of(url));
    }

    /**
     * A client.
     *
     * @throws OmenException MALFORMED if it is no URL of HTTP
     */
    public GatewayClient(GatewayAccess access) {
        String url = access.url();
        this.url = url.endsWith("/") ? url.substring(0, url.length() - 1) : url;
        try {
            URI parsed = new URI(url);
            if (parsed.getHost() == null || !SCHEMES.contains(parsed.getScheme())) {
                throw notUrl(url, null);
            }
        } catch (URISyntaxException e) {
            throw notUrl(url, e);
        }
        this.apiKey = access.apiKey();
        HttpClient.Builder builder =
                HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .connectTimeout(Duration.ofSeconds(5));
        SSLContext tls = access.tls();
        if (tls != null) {
            builder.sslContext(tls);
        }
        this.http = builder.build();
    }

    private static OmenException notUrl(String found, @Nullable Exception cause) {
        return new OmenException(
                ErrorCode.MALFORMED,
                "--url: found " + found + ", expected a URL such as http://127.0.0.1:8080",
                cause);
    }

    /**
     * Sends a request.
     *
     * @param body JSON; null for none
     * @return the answer; a JSON null where it is empty
     * @throws OmenException with the gateway's own words if it answers 4xx or 5xx; UNAUTHENTICATED
     *     if it wants a key or another one; UNAVAILABLE if it does not answer; EXTERNAL if no
     *     connection by TLS comes about
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
        return send(method, path, contentType, body, index -> "point " + index);
    }

    /**
     * Sends points; see {@link #send(String, String, JsonNode)}.
     *
     * @param places what the points are called that the gateway refuses, by their place in the body
     */
    public JsonNode send(
            String method,
            String path,
            String contentType,
            byte @Nullable [] body,
            IntFunction<String> places)
            throws InterruptedException {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(url + path))
                        .timeout(TIMEOUT)
                        .header("content-type", contentType)
                        .method(
                                method,
                                body == null
                                        ? BodyPublishers.noBody()
                                        : BodyPublishers.ofByteArray(body));
        if (apiKey != null) {
            request.header("authorization", "Bearer " + apiKey);
        }
        try {
            HttpResponse<byte[]> response = http.send(request.build(), BodyHandlers.ofByteArray());
            if (response.statusCode() == ErrorCode.UNAUTHENTICATED.httpStatus()) {
                throw unknown();
            }
            int status = response.statusCode();
            if (status >= 200 && status < 300) {
                return answer(response.body());
            }
            if (status < 400) {
                // Not followed: the API key would be shown to whoever it leads to.
                throw new OmenException(
                        ErrorCode.EXTERNAL,
                        url
                                + " sends elsewhere (HTTP "
                                + status
                                + "): pass the address it sends to with --url: "
                                + response.headers()
                                        .firstValue("location")
                                        .orElse("none is named"));
            }
            throw failure(status, problem(response.body()), places);
        } catch (IOException e) {
            Optional<TlsFailure> tls = TlsFailure.of(e);
            if (tls.isPresent()) {
                throw new OmenException(
                        ErrorCode.EXTERNAL,
                        "no TLS connection to " + url + ": " + advised(tls.get()),
                        e);
            }
            throw new OmenException(
                    ErrorCode.UNAVAILABLE,
                    "no answer from " + url + ": " + e + ": is ./omen up running?",
                    e);
        }
    }

    private JsonNode answer(byte[] body) {
        try {
            return body.length == 0 ? json.nullNode() : json.readTree(body);
        } catch (IOException e) {
            throw new OmenException(
                    ErrorCode.EXTERNAL, "no answer of a gateway comes from " + url + ": " + e, e);
        }
    }

    /** What a proxy answers in a gateway's place need not be JSON. */
    private JsonNode problem(byte[] body) {
        try {
            return body.length == 0 ? json.nullNode() : json.readTree(body);
        } catch (IOException e) {
            return json.nullNode();
        }
    }

    private OmenException unknown() {
        return new OmenException(
                ErrorCode.UNAUTHENTICATED,
                apiKey == null
                        ? "the gateway wants an API key: set OMEN_API_KEY or pass --api-key-file"
                        : "the gateway does not know the API key it got, see OMEN_API_KEY or"
                                + " --api-key-file");
    }

    private static String advised(TlsFailure failure) {
        return failure.kind() == TlsFailure.Kind.UNTRUSTED
                ? failure.what() + ": pass the certificate of its CA with --ca"
                : failure.kind() == TlsFailure.Kind.REFUSED
                        ? failure.what() + ", see --cert and --key"
                        : failure.what();
    }

    /**
     * Whether the gateway can answer searches now.
     *
     * @throws OmenException EXTERNAL if no connection by TLS comes about: waiting does not help
     */
    public boolean isReady() throws InterruptedException {
        try {
            send("GET", "/health/ready", null);
            return true;
        } catch (OmenException e) {
            if (e.getCause() != null && TlsFailure.of(e.getCause()).isPresent()) {
                throw e;
            }
            return false;
        }
    }

    /** A collection's path. */
    public static String collection(String name) {
        return "/collections/" + URLEncoder.encode(name, StandardCharsets.UTF_8);
    }

    private static OmenException failure(int status, JsonNode problem, IntFunction<String> places) {
        ErrorCode code = ErrorCode.INTERNAL;
        for (ErrorCode candidate : ErrorCode.values()) {
            if (candidate.httpStatus() == status) {
                code = candidate;
                break;
            }
        }
        JsonNode errors = problem.path("errors");
        if (errors.isEmpty()) {
            return new OmenException(
                    code,
                    problem.path("detail").asText(problem.path("title").asText("HTTP " + status)));
        }
        StringBuilder message = new StringBuilder("the gateway refuses:");
        for (JsonNode error : errors) {
            message.append("\n  ")
                    .append(places.apply(error.path("index").asInt()))
                    .append(": ")
                    .append(error.path("detail").asText());
        }
        return new OmenException(code, message.toString());
    }
}
