package io.omendb.protocol.catalogue;

import io.omendb.OmenException;
import io.omendb.protocol.kafka.KafkaErrors;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.InvalidTxnStateException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * A compare-and-set on the catalogue, which Kafka itself does not have. All writers use the same
 * transactional id, so beginning one transaction fences every earlier one: a commit succeeds only
 * if nobody else began since. Whoever reads the catalogue after beginning, decides, and commits,
 * has therefore decided on the newest state.
 *
 * <p>A producer is opened for each change. Changes are rare, and a producer can begin only once.
 */
final class CatalogueTransaction implements AutoCloseable {
    static final long FENCED = -1;

    private static final String TRANSACTIONAL_ID = "omen-catalogue";
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);

    private final KafkaProducer<byte[], byte[]> producer;

    private CatalogueTransaction(KafkaProducer<byte[], byte[]> producer) {
        this.producer = producer;
    }

    /** Begins, and fences whoever began before. */
    static CatalogueTransaction begin(Map<String, Object> kafka) throws InterruptedException {
        KafkaProducer<byte[], byte[]> producer;
        try {
            producer = new KafkaProducer<>(config(kafka));
        } catch (KafkaException e) {
            throw failed(e);
        }
        try {
            producer.initTransactions();
            return new CatalogueTransaction(producer);
        } catch (RuntimeException e) {
            producer.close(CLOSE_TIMEOUT);
            throw failed(e);
        }
    }

    /**
     * Writes one record.
     *
     * @return the record's offset; {@link #FENCED}, and nothing is written, where another writer
     *     began meanwhile
     */
    long commit(CatalogueRecord record) throws InterruptedException {
        try {
            producer.beginTransaction();
            Future<RecordMetadata> sent =
                    producer.send(
                            new ProducerRecord<>(
                                    CatalogueRecord.TOPIC, 0, record.key(), record.value()));
            producer.commitTransaction();
            return sent.get().offset();
        } catch (KafkaException e) {
            if (isFenced(e) || isFenced(e.getCause())) {
                return FENCED;
            }
            throw failed(e);
        } catch (ExecutionException e) {
            throw KafkaErrors.of("The catalogue could not be written", e.getCause());
        }
    }

    /**
     * Who begins ends the transaction of whoever began before; that one then meets a state that it
     * did not leave, or an epoch that is no longer its own.
     */
    private static boolean isFenced(@Nullable Throwable e) {
        return e instanceof ProducerFencedException
                || e instanceof InvalidProducerEpochException
                || e instanceof InvalidTxnStateException;
    }

    private static RuntimeException failed(RuntimeException e) throws InterruptedException {
        if (e instanceof InterruptException) {
            throw new InterruptedException("interrupted while writing to the catalogue");
        }
        return e instanceof OmenException
                ? e
                : KafkaErrors.of("The catalogue could not be written", e);
    }

    private static Map<String, Object> config(Map<String, Object> kafka) {
        Map<String, Object> config = new HashMap<>(kafka);
        config.put(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
        config.put(ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
        config.put(ProducerConfig.ACKS_CONFIG, "all");
        config.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        config.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, TRANSACTIONAL_ID);
        // A gateway that dies in between holds up the catalogue's readers for as long as this.
        config.put(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, 10_000);
        config.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, 15_000);
        config.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, 5_000);
        config.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, 10_000);
        config.put(ProducerConfig.LINGER_MS_CONFIG, 0);
        return config;
    }

    @Override
    public void close() {
        producer.close(CLOSE_TIMEOUT);
    }
}
