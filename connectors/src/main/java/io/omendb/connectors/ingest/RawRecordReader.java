package io.omendb.connectors.ingest;

import java.util.HashMap;
import java.util.Map;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.connector.kafka.source.reader.deserializer.KafkaRecordDeserializationSchema;
import org.apache.flink.util.Collector;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;

/**
 * Hands Kafka records to the parser behind the source, which is chained to it: they are never
 * serialized on the way. The source itself cannot send a record that cannot be read to another
 * topic, so it does not look into them.
 */
final class RawRecordReader implements KafkaRecordDeserializationSchema<RawRecord> {
    private static final long serialVersionUID = 1;

    @Override
    public void deserialize(ConsumerRecord<byte[], byte[]> record, Collector<RawRecord> out) {
        out.collect(
                new RawRecord(
                        record.topic(),
                        record.partition(),
                        record.offset(),
                        record.timestamp(),
                        record.key(),
                        record.value(),
                        headers(record)));
    }

    private static Map<String, byte[]> headers(ConsumerRecord<byte[], byte[]> record) {
        Map<String, byte[]> headers = null;
        for (Header header : record.headers()) {
            if (header.value() != null) {
                if (headers == null) {
                    headers = new HashMap<>(4);
                }
                headers.put(header.key(), header.value());
            }
        }
        return headers == null ? Map.of() : headers;
    }

    @Override
    public TypeInformation<RawRecord> getProducedType() {
        return TypeInformation.of(RawRecord.class);
    }
}
