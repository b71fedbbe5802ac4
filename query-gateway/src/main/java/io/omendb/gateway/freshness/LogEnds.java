package io.omendb.gateway.freshness;

import io.omendb.schema.CollectionDefinition;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** The ends of the logs of collections in use. Safe for use by any thread. */
public interface LogEnds extends AutoCloseable {

    /** Those of Kafka topics, with the settings of a client. */
    static LogEnds open(Map<String, Object> kafka, MappedTopics mapped) {
        return KafkaLogEnds.open(kafka, mapped);
    }

    /**
     * Those of logs that do not go on.
     *
     * @param ends by topic and partition, the offset that the next record would get
     */
    static LogEnds fixed(Map<String, Map<Integer, Long>> ends) {
        return new FixedLogEnds(ends);
    }

    /** The topics that a collection is read from. */
    Set<String> topics(CollectionDefinition collection);

    /**
     * Where they end as of a moment ago; sooner where it is known that no record is there, but the
     * end of a transaction.
     */
    CompletableFuture<Ends> of(CollectionDefinition collection);

    /**
     * The same as of a moment that is at most so long ago.
     *
     * @param ageMs 0 for a moment after this call
     * @return fails with UNAVAILABLE where Kafka does not answer
     */
    CompletableFuture<Ends> of(CollectionDefinition collection, long ageMs);

    /**
     * For each token the last record at or before it, since an offset may be no record's, where a
     * transaction ended. One before which there is none is left out.
     */
    CompletableFuture<List<Token>> records(List<Token> tokens);

    /**
     * How many records of the collection could not be applied and went to its dead-letter topic, as
     * of a moment ago. Null where that is not known.
     */
    CompletableFuture<@Nullable Long> deadLetters(CollectionDefinition collection);

    /** Says that a record was written at this position. */
    void written(String topic, int partition, long offset);

    @Override
    void close();
}
