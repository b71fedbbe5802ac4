package io.omendb.connectors.ingest;

import java.io.Serializable;
import java.util.List;
import java.util.regex.Pattern;

/**
 * What an ingestion job reads.
 *
 * @param bootstrapServers Kafka's addresses
 * @param mappings topics beside those named {@code omen.{collection}}
 * @param missingRecords what to do where Kafka has deleted records that were not read yet
 */
public record IngestionOptions(
        String bootstrapServers, List<TopicMapping> mappings, MissingRecords missingRecords)
        implements Serializable {

    public IngestionOptions {
        mappings = List.copyOf(mappings);
    }

    public static IngestionOptions of(String bootstrapServers) {
        return new IngestionOptions(bootstrapServers, List.of(), MissingRecords.FAIL);
    }

    /** What {@link IngestionJob#main} is given to run with these options. */
    public List<String> arguments() {
        return JobArguments.of(this);
    }

    /** Every topic to read: a collection's own (never a dead-letter topic) and the mapped ones. */
    Pattern topics() {
        StringBuilder pattern = new StringBuilder("omen\\.[A-Za-z0-9][A-Za-z0-9_-]*");
        for (TopicMapping mapping : mappings) {
            pattern.append('|').append(Pattern.quote(mapping.topic()));
        }
        return Pattern.compile(pattern.toString());
    }
}
