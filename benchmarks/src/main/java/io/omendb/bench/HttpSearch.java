package io.omendb.bench;

import com.fasterxml.jackson.databind.JsonNode;
import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.bench.stack.GatewayCalls;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.hc.client5.http.classic.methods.HttpPost;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.BasicHttpClientConnectionManager;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.HttpStatus;
import org.apache.hc.core5.http.io.entity.ByteArrayEntity;
import org.apache.hc.core5.http.io.entity.EntityUtils;
import org.apache.hc.core5.io.CloseMode;

/**
 * Searches over HTTP, one request after the other on one connection that is kept: the client that
 * costs a search least, as no other thread takes part. Requests are made beforehand, answers read
 * as bytes; what is in them is looked at outside of the time that is measured. Used by one thread.
 */
final class HttpSearch implements AutoCloseable {
    private final URI url;
    private final CloseableHttpClient client =
            HttpClients.custom()
                    .setConnectionManager(new BasicHttpClientConnectionManager())
                    .disableAutomaticRetries()
                    .disableCookieManagement()
                    .disableContentCompression()
                    .build();

    HttpSearch(URI gateway, String collection) {
        this(gateway.resolve("/collections/" + collection + "/search"));
    }

    /** Of any route that takes requests by POST. */
    HttpSearch(URI url) {
        this.url = url;
    }

    /**
     * An answer.
     *
     * @param ids of the hits, nearest first
     * @param applied offset by {@code topic-partition}
     */
    record Answer(List<String> ids, Map<String, Long> applied) {}

    static byte[] request(float[] vector, int k, double recallTarget) {
        StringBuilder json = new StringBuilder(16 * vector.length).append("{\"vector\":[");
        for (int i = 0; i < vector.length; i++) {
            json.append(i == 0 ? "" : ",");
            if (vector[i] == Math.rint(vector[i]) && Math.abs(vector[i]) < 1e6) {
                json.append((int) vector[i]);
            } else {
                json.append(vector[i]);
            }
        }
        json.append(
                String.format(Locale.ROOT, "],\"k\":%d,\"recall_target\":%s}", k, recallTarget));
        return json.toString().getBytes(StandardCharsets.US_ASCII);
    }

    /**
     * Sends a request and reads the whole answer.
     *
     * @throws OmenException EXTERNAL if it is no 200
     */
    byte[] send(byte[] request) {
        HttpPost post = new HttpPost(url);
        post.setEntity(new ByteArrayEntity(request, ContentType.APPLICATION_JSON));
        try {
            return client.execute(
                    post,
                    response -> {
                        byte[] body = EntityUtils.toByteArray(response.getEntity());
                        if (response.getCode() != HttpStatus.SC_OK) {
                            throw new OmenException(
                                    ErrorCode.EXTERNAL,
                                    "found "
                                            + response.getCode()
                                            + " "
                                            + new String(body, StandardCharsets.UTF_8));
                        }
                        return body;
                    });
        } catch (IOException e) {
            throw new OmenException(ErrorCode.EXTERNAL, "no answer from " + url + ": " + e, e);
        }
    }

    @Override
    public void close() {
        client.close(CloseMode.IMMEDIATE);
    }

    static Answer read(byte[] answer) {
        try {
            JsonNode body = GatewayCalls.JSON.readTree(answer);
            List<String> ids = new ArrayList<>();
            body.path("hits").forEach(hit -> ids.add(hit.path("id").asText()));
            Map<String, Long> applied = new HashMap<>();
            body.path("freshness")
                    .path("applied")
                    .properties()
                    .forEach(entry -> applied.put(entry.getKey(), entry.getValue().asLong()));
            return new Answer(ids, applied);
        } catch (IOException e) {
            throw new OmenException(ErrorCode.EXTERNAL, "an answer that is no JSON: " + e, e);
        }
    }
}
