package io.omendb.gateway.http;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;

/**
 * What the access log says of a request, over whichever protocol.
 *
 * @param startMs when it arrived, since the epoch
 * @param client its address
 * @param key the name of the API key; empty where none is wanted, or it was none
 * @param method of HTTP
 * @param status of HTTP, or the name of gRPC's
 * @param requestBytes as they were on the wire, of bodies or messages alone
 */
public record AccessLine(
        long startMs,
        String requestId,
        String client,
        String key,
        String protocol,
        String method,
        String path,
        String status,
        long requestBytes,
        long responseBytes,
        long tookNanos,
        String userAgent) {
    private static final int TEXT_CHARS_MAX = 512;

    ObjectNode json() {
        ObjectNode line = JsonNodeFactory.instance.objectNode();
        line.put("time", Instant.ofEpochMilli(startMs).toString());
        line.put("request_id", requestId);
        line.put("client", client);
        if (!key.isEmpty()) {
            line.put("key", key);
        }
        line.put("protocol", protocol);
        line.put("method", method);
        line.put("path", shortened(path));
        if (Character.isDigit(status.charAt(0))) {
            line.put("status", Integer.parseInt(status));
        } else {
            line.put("status", status);
        }
        line.put("request_bytes", requestBytes);
        line.put("response_bytes", responseBytes);
        line.put("took_ms", Math.round(tookNanos / 1e3) / 1e3);
        line.put("user_agent", shortened(userAgent));
        return line;
    }

    private static String shortened(String text) {
        return text.length() <= TEXT_CHARS_MAX ? text : text.substring(0, TEXT_CHARS_MAX) + "…";
    }
}
