package io.omendb.gateway.http;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.common.logging.RequestLog;
import com.linecorp.armeria.server.logging.AccessLogWriter;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One line of JSON a request, to the logger {@value #LOGGER} at level INFO. A program that wants
 * none leaves that logger above INFO, and then nothing is made up.
 */
public final class AccessLog implements AccessLogWriter {
    public static final String LOGGER = "io.omendb.access";

    private static final Logger LOG = LoggerFactory.getLogger(LOGGER);
    private static final int TEXT_CHARS_MAX = 512;

    @Override
    public void log(RequestLog log) {
        if (LOG.isInfoEnabled()) {
            LOG.info("{}", line(log));
        }
    }

    private static ObjectNode line(RequestLog log) {
        RequestHeaders headers = log.requestHeaders();
        ObjectNode line = JsonNodeFactory.instance.objectNode();
        line.put("time", Instant.ofEpochMilli(log.requestStartTimeMillis()).toString());
        line.put("request_id", RequestId.of(log.context(), headers));
        line.put("client", log.context().remoteAddress().getAddress().getHostAddress());
        line.put("protocol", log.sessionProtocol().uriText());
        line.put("method", headers.method().name());
        line.put("path", shortened(headers.path()));
        line.put("status", log.responseHeaders().status().code());
        line.put("request_bytes", log.requestLength());
        line.put("response_bytes", log.responseLength());
        line.put("took_ms", Math.round(log.totalDurationNanos() / 1e3) / 1e3);
        line.put("user_agent", shortened(headers.get(HttpHeaderNames.USER_AGENT, "")));
        return line;
    }

    private static String shortened(String text) {
        return text.length() <= TEXT_CHARS_MAX ? text : text.substring(0, TEXT_CHARS_MAX) + "…";
    }

    @Override
    public CompletableFuture<Void> shutdown() {
        return CompletableFuture.completedFuture(null);
    }
}
