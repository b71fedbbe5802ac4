package io.omendb.connectors.ingest;

import io.omendb.OmenException;
import io.omendb.protocol.kafka.KafkaSettings;
import java.io.Serializable;
import java.util.List;
import java.util.regex.Pattern;

/**
 * What an ingestion job reads.
 *
 * @param kafka how Kafka is reached, by every client of the job
 * @param mappings topics beside those named {@code omen.{collection}}
 * @param missingRecords what to do where Kafka has deleted records that were not read yet
 * @param readers subtasks that read, each of them some partitions; 0 for one for each shard, which
 *     is the most. Each asks Kafka on its own: with few rows a second that is most of the work
 */
public record IngestionOptions(
        KafkaSettings kafka,
        List<TopicMapping> mappings,
        MissingRecords missingRecords,
        int readers)
        implements Serializable {
    /** As {@code readers}: one for each shard. */
    public static final int READER_EACH = 0;

    public IngestionOptions {
        if (readers < 0) {
            throw OmenException.invalid("readers: found " + readers + ", expected 0 or more");
        }
        mappings = List.copyOf(mappings);
        TopicMapping.checkDistinct(mappings);
    }

    /** With a Kafka cluster that lets everybody in. */
    public IngestionOptions(
            String bootstrapServers,
            List<TopicMapping> mappings,
            MissingRecords missingRecords,
            int readers) {
        this(KafkaSettings.of(bootstrapServers), mappings, missingRecords, readers);
    }

    public static IngestionOptions of(String bootstrapServers) {
        return new IngestionOptions(bootstrapServers, List.of(), MissingRecords.FAIL, READER_EACH);
    }

    /**
     * What {@link IngestionJob#main} is given to run with these options. Settings of Kafka's go by
     * the name of their file: arguments are shown to whoever looks at the job.
     *
     * @throws OmenException INVALID where they are in no file
     */
    public List<String> arguments() {
        return JobArguments.of(this);
    }

    /** Subtasks that read where there are so many shards. */
    int readers(int shards) {
        return readers == READER_EACH ? shards : Math.min(readers, shards);
    }

    /** Every topic to read: collections' own (never a dead-letter topic) and some mapped ones. */
    static Pattern topics(Iterable<String> mapped) {
        StringBuilder pattern = new StringBuilder("omen\\.[A-Za-z0-9][A-Za-z0-9_-]*");
        for (String topic : mapped) {
            pattern.append('|').append(Pattern.quote(topic));
        }
        return Pattern.compile(pattern.toString());
    }
}
