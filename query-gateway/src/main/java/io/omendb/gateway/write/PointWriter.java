package io.omendb.gateway.write;

import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.gateway.freshness.LogEnds;
import io.omendb.gateway.freshness.Token;
import io.omendb.protocol.catalogue.GenerationHeader;
import io.omendb.record.Point;
import io.omendb.record.PointBatch.BadPoint;
import io.omendb.record.PointJson;
import io.omendb.schema.CollectionDefinition;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Writes points and deletions to a collection's topic: key = id, value = the point's JSON with the
 * header {@code omen-format: json}, or null for a deletion; a header says for which generation of
 * the collection. Sending may block while Kafka is slow, so it belongs on the blocking pool. Safe
 * for use by several threads.
 */
public final class PointWriter implements AutoCloseable {
    /** Below Kafka's 1 MiB for a batch, which also holds the key, the header and the framing. */
    static final int RECORD_BYTES_MAX = 1_000_000;

    private static final Header JSON =
            new RecordHeader("omen-format", "json".getBytes(StandardCharsets.US_ASCII));

    private final KafkaProducer<byte[], byte[]> producer;
    private final LogEnds ends;

    private PointWriter(KafkaProducer<byte[], byte[]> producer, LogEnds ends) {
        this.producer = producer;
        this.ends = ends;
    }

    public static PointWriter open(Map<String, Object> kafka, LogEnds ends) {
        Map<String, Object> config = new HashMap<>(kafka);
        config.put(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
        config.put(ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
        config.put(ProducerConfig.ACKS_CONFIG, "all");
        config.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        // Requests bring their own batches; waiting for more would only add to freshness.
        config.put(ProducerConfig.LINGER_MS_CONFIG, 1);
        config.put(ProducerConfig.BATCH_SIZE_CONFIG, 256 << 10);
        config.put(ProducerConfig.BUFFER_MEMORY_CONFIG, 64L << 20);
        config.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, 5_000);
        config.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, 5_000);
        config.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, 15_000);
        return new PointWriter(new KafkaProducer<>(config), ends);
    }

    /**
     * Writes all points, or none where one does not fit into a Kafka record.
     *
     * @return the highest position per partition once Kafka has acknowledged all; fails with
     *     UNAVAILABLE where it does not, in which case some may have been written
     */
    public CompletableFuture<List<Token>> write(
            CollectionDefinition collection, List<Point> points) {
        List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>(points.size());
        List<Header> headers = List.of(JSON, GenerationHeader.of(collection.generation()));
        List<BadPoint> bad = new ArrayList<>();
        for (int i = 0; i < points.size(); i++) {
            byte[] key = points.get(i).id().getBytes(StandardCharsets.UTF_8);
            byte[] value = PointJson.write(points.get(i));
            if (key.length + value.length > RECORD_BYTES_MAX) {
                bad.add(new BadPoint(i, tooLarge(key.length + value.length)));
            }
            records.add(new ProducerRecord<>(collection.topic(), null, null, key, value, headers));
        }
        if (!bad.isEmpty()) {
            throw RefusedBatch.of(bad);
        }
        return send(collection, records);
    }

    /** Writes a deletion for every id. */
    public CompletableFuture<List<Token>> delete(
            CollectionDefinition collection, List<String> ids) {
        List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>(ids.size());
        List<Header> headers = List.of(GenerationHeader.of(collection.generation()));
        for (String id : ids) {
            byte[] key = id.getBytes(StandardCharsets.UTF_8);
            records.add(new ProducerRecord<>(collection.topic(), null, null, key, null, headers));
        }
        return send(collection, records);
    }

    private CompletableFuture<List<Token>> send(
            CollectionDefinition collection, List<ProducerRecord<byte[], byte[]>> records) {
        Acknowledgements acknowledgements =
                new Acknowledgements(collection.topic(), records.size(), ends);
        for (ProducerRecord<byte[], byte[]> record : records) {
            producer.send(record, acknowledgements);
        }
        return acknowledgements.result();
    }

    private static OmenException tooLarge(int bytes) {
        return new OmenException(
                ErrorCode.TOO_LARGE,
                "point: found " + bytes + " bytes, expected at most " + RECORD_BYTES_MAX);
    }

    @Override
    public void close() {
        producer.close(Duration.ofSeconds(5));
    }
}
