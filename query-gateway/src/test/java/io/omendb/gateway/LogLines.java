package io.omendb.gateway;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.omendb.gateway.http.AccessLog;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.Logger;
import org.apache.logging.log4j.core.appender.AbstractAppender;
import org.apache.logging.log4j.core.config.Property;

/** What the access log says while this is open. */
final class LogLines extends AbstractAppender implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Logger logger = (Logger) LogManager.getLogger(AccessLog.LOGGER);
    private final Level before = logger.getLevel();
    private final List<JsonNode> lines = new CopyOnWriteArrayList<>();

    private LogLines() {
        super("lines", null, null, true, Property.EMPTY_ARRAY);
    }

    /** Listens, at a level that the log may be too quiet for. */
    static LogLines open(Level level) {
        LogLines lines = new LogLines();
        lines.start();
        lines.logger.addAppender(lines);
        lines.logger.setLevel(level);
        return lines;
    }

    void level(Level level) {
        logger.setLevel(level);
    }

    /** The line of a request, once it is there: a line is written after its answer is sent. */
    Optional<JsonNode> of(String requestId) {
        return lines.stream()
                .filter(line -> line.path("request_id").asText().equals(requestId))
                .findFirst();
    }

    @Override
    public void append(LogEvent event) {
        try {
            lines.add(JSON.readTree(event.getMessage().getFormattedMessage()));
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        logger.setLevel(before);
        logger.removeAppender(this);
    }
}
