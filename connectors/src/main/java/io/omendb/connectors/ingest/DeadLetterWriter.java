package io.omendb.connectors.ingest;

import org.apache.flink.connector.kafka.sink.KafkaRecordSerializationSchema;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

/** Writes dead letters to the topics they name. */
final class DeadLetterWriter implements KafkaRecordSerializationSchema<DeadLetter> {
    private static final long serialVersionUID = 1;

    @Override
    public ProducerRecord<byte[], byte[]> serialize(
            DeadLetter letter, KafkaSinkContext context, @Nullable Long timestamp) {
        ProducerRecord<byte[], byte[]> record =
                new ProducerRecord<>(letter.topic(), letter.key(), letter.value());
        letter.headers().forEach((name, value) -> record.headers().add(name, value));
        return record;
    }
}
