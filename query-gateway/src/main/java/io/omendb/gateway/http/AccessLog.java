package io.omendb.gateway.http;

import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.RequestContext;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.common.logging.RequestLog;
import com.linecorp.armeria.server.logging.AccessLogWriter;
import io.netty.util.AttributeKey;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One line of JSON a request, to the logger {@value #LOGGER} at level INFO. A program that wants
 * none leaves that logger above INFO, and then nothing is made up.
 */
public final class AccessLog implements AccessLogWriter {
    public static final String LOGGER = "io.omendb.access";

    private static final AttributeKey<String> KEY = AttributeKey.valueOf(AccessLog.class, "KEY");

    private static final Logger LOG = LoggerFactory.getLogger(LOGGER);

    /** Notes the name of the key that a request came with. */
    static void calledBy(RequestContext context, String key) {
        if (!key.isEmpty()) {
            context.setAttr(KEY, key);
        }
    }

    @Override
    public void log(RequestLog log) {
        if (isOn()) {
            write(line(log));
        }
    }

    /** Whether anybody reads it. */
    public static boolean isOn() {
        return LOG.isInfoEnabled();
    }

    /** Writes the line of a request. */
    public static void write(AccessLine line) {
        LOG.info("{}", line.json());
    }

    private static AccessLine line(RequestLog log) {
        RequestHeaders headers = log.requestHeaders();
        return new AccessLine(
                log.requestStartTimeMillis(),
                RequestId.of(log.context(), headers),
                log.context().remoteAddress().getAddress().getHostAddress(),
                Objects.requireNonNullElse(log.context().attr(KEY), ""),
                log.sessionProtocol().uriText(),
                headers.method().name(),
                headers.path(),
                Integer.toString(log.responseHeaders().status().code()),
                log.requestLength(),
                log.responseLength(),
                log.totalDurationNanos(),
                headers.get(HttpHeaderNames.USER_AGENT, ""));
    }

    @Override
    public CompletableFuture<Void> shutdown() {
        return CompletableFuture.completedFuture(null);
    }
}
