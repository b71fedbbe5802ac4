package io.omendb.gateway;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.omendb.gateway.http.AccessLog;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.Logger;
import org.apache.logging.log4j.core.appender.AbstractAppender;
import org.apache.logging.log4j.core.config.Property;

/** What the access log says while this is open. */
final class LogLines extends AbstractAppender implements AutoCloseable {
    private final Logger logger = (Logger) LogManager.getLogger(AccessLog.LOGGER);
    private final Level before = logger.getLevel();
    private final List<String> lines = new CopyOnWriteArrayList<>();

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

    int count() {
        return lines.size();
    }

    JsonNode line(int index) throws Exception {
        return new ObjectMapper().readTree(lines.get(index));
    }

    @Override
    public void append(LogEvent event) {
        lines.add(event.getMessage().getFormattedMessage());
    }

    @Override
    public void close() {
        logger.setLevel(before);
        logger.removeAppender(this);
    }
}
