package io.omendb.connectors.producer;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.connectors.format.RecordFormat;
import io.omendb.protocol.catalogue.CatalogueFollower;
import io.omendb.protocol.catalogue.GenerationHeader;
import io.omendb.protocol.kafka.KafkaErrors;
import io.omendb.record.PatchJson;
import io.omendb.record.Point;
import io.omendb.record.PointJson;
import io.omendb.record.PointPatch;
import io.omendb.record.PointRules;
import io.omendb.schema.CollectionDefinition;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.utils.Utils;

/**
 * Writes points to a collection's topic, many in a Kafka record (format {@code arrow}): the fastest
 * way in. Batches form by size and time, one for each partition, which is the partition that
 * Kafka's own partitioner gives the id; so writes of one id keep their order, also among writes
 * through HTTP. Every write answers with its token once Kafka has acknowledged it (acks=all,
 * idempotent).
 *
 * <pre>{@code
 * try (OmenProducer producer = OmenProducer.open("localhost:9092", "products")) {
 *     producer.send("a", new float[] {…}).thenAccept(token -> …);
 *     producer.patch(PointPatch.ofMetadata("a", object)).thenAccept(token -> …);
 *     producer.delete("b");
 *     producer.flush();
 * }
 * }</pre>
 *
 * <p>Points are checked against the collection before they are taken. A producer writes to the
 * collection that there was when it was opened: once that is dropped, made again or not, every call
 * fails with CONFLICT, and a new producer is to be opened. Sending blocks while more waits for
 * Kafka than {@link ProducerOptions#bufferBytes} allows. Safe for use by several threads.
 */
public final class OmenProducer implements AutoCloseable {
    private static final Duration CATALOGUE_TIMEOUT = Duration.ofSeconds(30);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(30);
    private static final List<Header> ARROW = format(RecordFormat.ARROW);
    private static final List<Header> JSON = format(RecordFormat.JSON);
    private static final List<Header> PATCH = format(RecordFormat.PATCH);

    private final CollectionDefinition collection;
    private final CatalogueFollower catalogue;
    private final KafkaProducer<byte[], byte[]> kafka;
    private final PartitionBatch[] batches;
    private final ScheduledExecutorService linger;
    private volatile boolean closed;

    private OmenProducer(
            CollectionDefinition collection,
            CatalogueFollower catalogue,
            KafkaProducer<byte[], byte[]> kafka,
            int partitions,
            ProducerOptions options) {
        this.collection = collection;
        this.catalogue = catalogue;
        this.kafka = kafka;
        this.batches = new PartitionBatch[partitions];
        for (int partition = 0; partition < partitions; partition++) {
            batches[partition] =
                    new PartitionBatch(collection.schema().dimension(), options, sender(partition));
        }
        this.linger =
                Executors.newSingleThreadScheduledExecutor(
                        task -> {
                            Thread thread = new Thread(task, "omen-producer-linger");
                            thread.setDaemon(true);
                            return thread;
                        });
        long tick = Math.max(1, options.linger().toMillis() / 4);
        var unused =
                linger.scheduleWithFixedDelay(this::sendDue, tick, tick, TimeUnit.MILLISECONDS);
    }

    /** A producer with default options; see {@link #open(Map, String, ProducerOptions)}. */
    public static OmenProducer open(String bootstrapServers, String collection) {
        return open(
                Map.of(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers),
                collection,
                ProducerOptions.DEFAULT);
    }

    /**
     * A producer for a collection.
     *
     * @param kafka how to reach Kafka, as its clients take it: bootstrap servers, security
     * @throws OmenException NOT_FOUND if there is no such collection; UNAVAILABLE if Kafka does not
     *     answer or refuses; EXTERNAL if the settings make no producer
     */
    public static OmenProducer open(
            Map<String, Object> kafka, String collection, ProducerOptions options) {
        CatalogueFollower catalogue = CatalogueFollower.open(kafka);
        try {
            return open(kafka, find(catalogue, collection), catalogue, options);
        } catch (RuntimeException e) {
            catalogue.close();
            throw e;
        }
    }

    private static OmenProducer open(
            Map<String, Object> kafka,
            CollectionDefinition definition,
            CatalogueFollower catalogue,
            ProducerOptions options) {
        Map<String, Object> config = new HashMap<>(kafka);
        config.put(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
        config.put(ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
        config.put(ProducerConfig.ACKS_CONFIG, "all");
        config.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        // Batches are made here already.
        config.put(ProducerConfig.LINGER_MS_CONFIG, 0);
        config.put(ProducerConfig.BUFFER_MEMORY_CONFIG, options.bufferBytes());
        KafkaProducer<byte[], byte[]> producer;
        try {
            producer = new KafkaProducer<>(config);
        } catch (KafkaException e) {
            throw KafkaErrors.of("No client for Kafka can be made", e);
        }
        try {
            int partitions = producer.partitionsFor(definition.topic()).size();
            return new OmenProducer(definition, catalogue, producer, partitions, options);
        } catch (RuntimeException e) {
            producer.close(Duration.ZERO);
            throw new OmenException(
                    ErrorCode.UNAVAILABLE,
                    "Kafka does not tell the partitions of " + definition.topic() + ": " + e,
                    e);
        }
    }

    /** The collection that is written to. */
    public CollectionDefinition collection() {
        return collection;
    }

    /**
     * Writes a point that is only a vector.
     *
     * @param vector copied
     * @return as {@link #send(Point)}
     */
    public CompletableFuture<String> send(String id, float[] vector) {
        return send(new Point(id, vector, null, null, null, null));
    }

    /**
     * Writes a point. Metadata that cannot be Arrow columns (nested objects, explicit nulls, a
     * field called {@code id}) makes it travel alone, as JSON, in its place among the others.
     *
     * @return the token, {@code topic-partition:offset}, once Kafka has the point; fails with
     *     UNAVAILABLE if Kafka does not take it. Points of one batch share one future: do not
     *     complete or cancel it. A drop is heard of a moment later; {@link #flush()} is sure
     * @throws OmenException INVALID if the point does not fit the collection; CONFLICT if that was
     *     dropped
     */
    public CompletableFuture<String> send(Point point) {
        checkOpen();
        PointRules.check(collection.schema(), point);
        PointRules.checkNorm(collection.schema(), "vector", point.vector());
        byte[] id = point.id().getBytes(StandardCharsets.UTF_8);
        ObjectNode metadata = point.metadata();
        boolean alone = metadata != null && !PartitionBatch.isColumnar(metadata);
        PartitionBatch batch = batchOf(id);
        String text = point.text();
        return alone
                ? batch.sendAlone(id, PointJson.write(point), JSON)
                : batch.add(
                        id,
                        point.vector(),
                        metadata,
                        text == null ? null : text.getBytes(StandardCharsets.UTF_8),
                        point.sparse());
    }

    /**
     * Changes a point that is there, in its place among the other writes; one that is not there
     * stays away.
     *
     * @return as {@link #send(Point)}
     * @throws OmenException INVALID if the patch names nothing or does not fit the collection;
     *     CONFLICT if that was dropped
     */
    public CompletableFuture<String> patch(PointPatch patch) {
        checkOpen();
        if (patch.isEmpty()) {
            throw OmenException.invalid("patch: found nothing to change");
        }
        PointRules.check(collection.schema(), patch);
        if (patch.hasVector()) {
            PointRules.checkNorm(collection.schema(), "vector", patch.vector());
        }
        byte[] id = patch.id().getBytes(StandardCharsets.UTF_8);
        return batchOf(id).sendAlone(id, PatchJson.write(patch), PATCH);
    }

    /**
     * Deletes a point.
     *
     * @return as {@link #send(Point)}
     */
    public CompletableFuture<String> delete(String id) {
        checkOpen();
        PointRules.checkId(id);
        byte[] bytes = id.getBytes(StandardCharsets.UTF_8);
        return batchOf(bytes).sendAlone(bytes, null, List.of());
    }

    /**
     * Sends what waits and returns once Kafka has acknowledged it, all of it before the collection
     * was dropped, if it was.
     *
     * @throws OmenException UNAVAILABLE if Kafka did not take a batch since the last flush, or does
     *     not say whether the collection still exists; CONFLICT if it was dropped
     */
    public void flush() {
        List<CompletableFuture<String>> sent = new ArrayList<>();
        for (PartitionBatch batch : batches) {
            sent.addAll(batch.sendAll());
        }
        kafka.flush();
        try {
            for (CompletableFuture<String> one : sent) {
                String unused = one.get();
            }
            catalogue.awaitCaughtUp(CATALOGUE_TIMEOUT);
            checkCurrent();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new OmenException(ErrorCode.INTERNAL, "interrupted", e);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof OmenException known
                    ? known
                    : new OmenException(ErrorCode.INTERNAL, "not written: " + e.getCause(), e);
        }
    }

    /** Sends what waits, and waits for Kafka to take it, 30 seconds at most. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        linger.shutdownNow();
        for (PartitionBatch batch : batches) {
            batch.end();
        }
        kafka.close(CLOSE_TIMEOUT);
        catalogue.close();
        for (PartitionBatch batch : batches) {
            batch.close();
        }
    }

    private static CollectionDefinition find(CatalogueFollower catalogue, String name) {
        catalogue.awaitCaughtUp(CATALOGUE_TIMEOUT);
        CollectionDefinition found = catalogue.current().get(name);
        if (found == null) {
            throw new OmenException(ErrorCode.NOT_FOUND, "no collection " + name);
        }
        return found;
    }

    /** As Kafka's own partitioner does it for records with a key. */
    private PartitionBatch batchOf(byte[] id) {
        return batches[Utils.toPositive(Utils.murmur2(id)) % batches.length];
    }

    private PartitionBatch.Sender sender(int partition) {
        Header generation = GenerationHeader.of(collection.generation());
        return (key, value, format) -> {
            List<Header> headers = new ArrayList<>(format);
            headers.add(generation);
            CompletableFuture<String> token = new CompletableFuture<>();
            try {
                kafka.send(
                        new ProducerRecord<>(
                                collection.topic(), partition, null, key, value, headers),
                        (metadata, failure) -> {
                            if (failure == null) {
                                token.complete(
                                        collection.topic()
                                                + "-"
                                                + partition
                                                + ":"
                                                + metadata.offset());
                            } else {
                                token.completeExceptionally(notTaken(failure));
                            }
                        });
            } catch (KafkaException e) {
                token.completeExceptionally(notTaken(e));
            }
            return token;
        };
    }

    private static OmenException notTaken(Exception failure) {
        return new OmenException(
                failure instanceof RecordTooLargeException
                        ? ErrorCode.TOO_LARGE
                        : ErrorCode.UNAVAILABLE,
                "Kafka did not take a record: " + failure.getMessage(),
                failure);
    }

    private void sendDue() {
        for (PartitionBatch batch : batches) {
            batch.sendIfDue();
        }
    }

    private void checkOpen() {
        if (closed) {
            throw new IllegalStateException("the producer is closed");
        }
        checkCurrent();
    }

    /** What is written for a collection that was dropped goes nowhere, whatever Kafka says. */
    private void checkCurrent() {
        CollectionDefinition now = catalogue.current().get(collection.name());
        if (now == null || now.generation() != collection.generation()) {
            throw new OmenException(
                    ErrorCode.CONFLICT,
                    "collection "
                            + collection.name()
                            + " was dropped"
                            + (now == null ? "" : " and made again")
                            + " since this producer was opened: what was sent since then is not in"
                            + " it. Open a new producer");
        }
    }

    private static List<Header> format(RecordFormat format) {
        return List.of(
                new RecordHeader(
                        RecordFormat.FORMAT_HEADER,
                        format.apiName().getBytes(StandardCharsets.US_ASCII)));
    }

    /** Headers of a batch. */
    static List<Header> arrow() {
        return ARROW;
    }
}
