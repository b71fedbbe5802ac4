package io.omendb.gateway.write;

import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.gateway.freshness.LogEnds;
import io.omendb.gateway.freshness.Token;
import io.omendb.protocol.catalogue.GenerationHeader;
import io.omendb.protocol.kafka.KafkaErrors;
import io.omendb.protocol.kafka.KafkaSettings;
import io.omendb.record.Point;
import io.omendb.record.PointBatch.BadPoint;
import io.omendb.record.PointPatch;
import io.omendb.schema.CollectionDefinition;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.utils.Utils;
import org.jspecify.annotations.Nullable;

/**
 * Writes points, patches and deletions to a collection's topic: key = id, value = the JSON of a
 * point or patch with the header {@code omen-format: json} or {@code patch}, or null for a
 * deletion; a header says for which generation of the collection. Sending may block while Kafka is
 * slow, so it belongs on the blocking pool. Safe for use by several threads.
 *
 * <p>Where Kafka is secured the producer is opened for the first write, when it is known to let the
 * gateway in: an idempotent one whose credentials are refused works no more, even if they are
 * accepted later.
 */
public final class PointWriter implements AutoCloseable {
    /** Below Kafka's 1 MiB for a batch, which also holds the key, the header and the framing. */
    static final int RECORD_BYTES_MAX = 1_000_000;

    private final Supplier<Producer<byte[], byte[]>> opening;
    private final LogEnds ends;
    private @Nullable Producer<byte[], byte[]> producer;
    private boolean closed;

    private PointWriter(Supplier<Producer<byte[], byte[]>> opening, LogEnds ends) {
        this.opening = opening;
        this.ends = ends;
    }

    PointWriter(Producer<byte[], byte[]> producer, LogEnds ends) {
        this(() -> producer, ends);
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
        // How long partitions that others add to a topic may go unnoticed.
        config.put(ProducerConfig.METADATA_MAX_AGE_CONFIG, 10_000);
        PointWriter writer = new PointWriter(() -> new KafkaProducer<>(config), ends);
        if (!KafkaSettings.isSecured(kafka)) {
            var unused =
                    writer.opened(); // nothing can refuse it, and the first write finds it ready
        }
        return writer;
    }

    private synchronized Producer<byte[], byte[]> opened() {
        if (closed) {
            throw new KafkaException("the gateway stops");
        }
        if (producer == null) {
            try {
                producer = opening.get();
            } catch (KafkaException e) {
                throw e;
            } catch (RuntimeException e) { // what a provider of settings throws
                throw new KafkaException("no client for Kafka can be made: " + e.getMessage(), e);
            }
        }
        return producer;
    }

    private void forget(Producer<byte[], byte[]> refused) {
        synchronized (this) {
            if (producer != refused) {
                return;
            }
            producer = null;
        }
        refused.close(Duration.ZERO);
    }

    /** Writes points and changes of others, all of them or none. */
    public CompletableFuture<List<Token>> write(
            CollectionDefinition collection, List<Point> points, List<PointPatch> patches) {
        List<Record> records = new ArrayList<>(points.size() + patches.size());
        addRecords(collection, WriteForm.POINT, points, records);
        addRecords(collection, WriteForm.PATCH, patches, records);
        return send(collection, records);
    }

    /**
     * Writes all points, or none where one does not fit into a Kafka record.
     *
     * @return the highest position per partition once Kafka has acknowledged all; fails with
     *     UNAVAILABLE where it does not, in which case some may have been written
     */
    <P> CompletableFuture<List<Token>> write(
            CollectionDefinition collection, WriteForm<P> form, List<P> points) {
        List<Record> records = new ArrayList<>(points.size());
        addRecords(collection, form, points, records);
        return send(collection, records);
    }

    private static <P> void addRecords(
            CollectionDefinition collection,
            WriteForm<P> form,
            List<P> points,
            List<Record> records) {
        List<Header> headers = List.of(form.format(), GenerationHeader.of(collection.generation()));
        List<BadPoint> bad = new ArrayList<>();
        for (int i = 0; i < points.size(); i++) {
            byte[] key = form.id(points.get(i)).getBytes(StandardCharsets.UTF_8);
            byte[] value = form.json(points.get(i));
            if (key.length + value.length > RECORD_BYTES_MAX) {
                bad.add(new BadPoint(i, tooLarge(key.length + value.length)));
            }
            records.add(new Record(key, value, headers));
        }
        if (!bad.isEmpty()) {
            throw RefusedBatch.of(bad);
        }
    }

    /** Writes a deletion for every id. */
    public CompletableFuture<List<Token>> delete(
            CollectionDefinition collection, List<String> ids) {
        List<Record> records = new ArrayList<>(ids.size());
        List<Header> headers = List.of(GenerationHeader.of(collection.generation()));
        for (String id : ids) {
            records.add(new Record(id.getBytes(StandardCharsets.UTF_8), null, headers));
        }
        return send(collection, records);
    }

    /** What becomes a record of the collection's topic; without a value, a deletion. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Record(byte[] key, byte @Nullable [] value, List<Header> headers) {}

    private CompletableFuture<List<Token>> send(
            CollectionDefinition collection, List<Record> records) {
        Acknowledgements acknowledgements =
                new Acknowledgements(collection.topic(), records.size(), ends);
        if (!records.isEmpty()) {
            send(collection, records, acknowledgements);
        }
        return acknowledgements.result();
    }

    /**
     * Up to the first that fails. While Kafka is away each waits for seconds in vain: the rest
     * would hold this thread for hours, and be written over newer points when Kafka is back.
     */
    private void send(
            CollectionDefinition collection,
            List<Record> records,
            Acknowledgements acknowledgements) {
        int sent = 0;
        try {
            Producer<byte[], byte[]> producer = opened();
            var unused =
                    acknowledgements
                            .result()
                            .whenComplete(
                                    (tokens, failure) -> {
                                        if (KafkaErrors.areCredentialsRefused(failure)) {
                                            forget(producer);
                                        }
                                    });
            int partitions = partitions(producer, collection);
            while (sent < records.size() && !acknowledgements.hasFailed()) {
                Record record = records.get(sent);
                int partition = Utils.toPositive(Utils.murmur2(record.key())) % partitions;
                producer.send(
                        new ProducerRecord<>(
                                collection.topic(),
                                partition,
                                null,
                                record.key(),
                                record.value(),
                                record.headers()),
                        acknowledgements);
                sent++;
            }
        } catch (KafkaException | IllegalStateException e) {
            // Of this record there will be no word. The second is what a producer says that was
            // closed meanwhile, as one that Kafka has refused is.
            acknowledgements.fail(e);
        }
        if (sent < records.size()) {
            acknowledgements.leaveOut(records.size() - sent);
        }
    }

    /**
     * How many partitions the topic has, at least as many as the collection was made with: what is
     * known of the topic may be of before it was made again with more. Two writes of one id must
     * not go to two partitions, between which there is no order.
     */
    private static int partitions(
            Producer<byte[], byte[]> producer, CollectionDefinition collection) {
        return Math.max(
                producer.partitionsFor(collection.topic()).size(),
                collection.schema().partitions());
    }

    private static OmenException tooLarge(int bytes) {
        return new OmenException(
                ErrorCode.TOO_LARGE,
                "point: found " + bytes + " bytes, expected at most " + RECORD_BYTES_MAX);
    }

    @Override
    public void close() {
        Producer<byte[], byte[]> closing;
        synchronized (this) {
            closed = true;
            closing = producer;
            producer = null;
        }
        if (closing != null) {
            closing.close(Duration.ofSeconds(5));
        }
    }
}
