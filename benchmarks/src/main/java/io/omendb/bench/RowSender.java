package io.omendb.bench;

import io.omendb.connectors.producer.OmenProducer;
import io.omendb.connectors.producer.ProducerOptions;
import io.omendb.index.background.Niceness;
import io.omendb.index.column.IntColumn;
import io.omendb.record.Point;
import io.omendb.record.PointJson;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import me.tongfei.progressbar.ProgressBar;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.utils.Utils;
import org.jspecify.annotations.Nullable;

/**
 * Sends rows to a collection's topic, ids counting up; the vectors start over when they have all
 * been sent. Used by one thread at a time.
 */
final class RowSender implements AutoCloseable {
    private static final long TICK_MS = 20;

    /** A hundred requests a second are enough; each costs the broker as much as many rows. */
    private static final int LINGER_MS = 10;

    private final HeldVectors vectors;
    private final float[] vector;
    private final Records records;
    private volatile int sent;
    private volatile boolean stopped;

    private RowSender(HeldVectors vectors, Records records) {
        this.vectors = vectors;
        this.vector = new float[vectors.dimension()];
        this.records = records;
    }

    static RowSender open(
            String bootstrapServers, String collection, HeldVectors vectors, RowForm form) {
        // On a thread of its own, whose priority Kafka's take over: they make way as the broker
        // does.
        Records records =
                CompletableFuture.supplyAsync(
                                () -> records(bootstrapServers, collection, form),
                                task -> new Thread(makingWay(task), "omen-bench-opener").start())
                        .join();
        return new RowSender(vectors, records);
    }

    /** The task, giving way to what searches on the same machine. */
    static Runnable makingWay(Runnable task) {
        return () -> {
            Niceness.apply(Niceness.DEFAULT);
            task.run();
        };
    }

    private static Records records(String bootstrapServers, String collection, RowForm form) {
        return form == RowForm.ARROW
                ? new Batches(
                        OmenProducer.open(
                                Map.of("bootstrap.servers", bootstrapServers),
                                collection,
                                ProducerOptions.DEFAULT.withLinger(Duration.ofMillis(LINGER_MS))))
                : new Singles(bootstrapServers, collection, form);
    }

    /** Rows sent since the start. */
    int sent() {
        return sent;
    }

    /** Sends rows and waits until the broker has them. */
    void send(int count, @Nullable ProgressBar bar) {
        for (int i = 0; i < count; i++) {
            sendNext();
            if (bar != null) {
                bar.step();
            }
        }
        records.flush();
    }

    /** Ends {@link #sendEvenly} early. Any thread may call this. */
    void stop() {
        stopped = true;
    }

    /** Sends rows evenly over some seconds. */
    void sendEvenly(int perSecond, int seconds) {
        long start = System.nanoTime();
        long total = (long) perSecond * seconds;
        for (long done = 0; done < total && !stopped; ) {
            long due =
                    Math.min(
                            total,
                            (System.nanoTime() - start) * perSecond / TimeUnit.SECONDS.toNanos(1));
            for (; done < due; done++) {
                sendNext();
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(TICK_MS));
        }
        records.flush();
    }

    /** Sends the next row; returns at once unless Kafka is behind. */
    void sendNext() {
        vectors.read(sent % vectors.rows(), vector);
        records.send(Integer.toString(sent), vector);
        sent++;
    }

    /** Waits until the broker has all rows. */
    void flush() {
        records.flush();
    }

    /**
     * Where a row is in the log. Only after a flush.
     *
     * @return {@code topic-partition:offset}
     */
    String token(int row) {
        return records.token(row);
    }

    @Override
    public void close() {
        records.close();
    }

    /** How rows become records. */
    private interface Records extends AutoCloseable {
        /** Sends a row. The vector is the caller's again afterwards. */
        void send(String id, float[] vector);

        void flush();

        String token(int row);

        @Override
        void close();
    }

    private static final class Batches implements Records {
        private final OmenProducer producer;
        private final List<CompletableFuture<String>> tokens = new ArrayList<>();

        private Batches(OmenProducer producer) {
            this.producer = producer;
        }

        @Override
        public void send(String id, float[] vector) {
            tokens.add(producer.send(id, vector));
        }

        @Override
        public String token(int row) {
            return tokens.get(row).join();
        }

        @Override
        public void flush() {
            producer.flush();
        }

        @Override
        public void close() {
            producer.close();
        }
    }

    private static final class Singles implements Records {
        private final KafkaProducer<byte[], byte[]> producer;
        private final String topic;
        private final RowForm form;
        private final int partitions;

        /** By row: nobody else writes to the topic, so records can be counted. */
        private final IntColumn offsets = new IntColumn();

        private final int[] next;
        private int rows;

        private Singles(String bootstrapServers, String collection, RowForm form) {
            this.topic = "omen." + collection;
            this.form = form;
            this.producer =
                    new KafkaProducer<>(
                            Map.of(
                                    "bootstrap.servers",
                                    bootstrapServers,
                                    "linger.ms",
                                    LINGER_MS,
                                    "batch.size",
                                    1 << 18),
                            new ByteArraySerializer(),
                            new ByteArraySerializer());
            this.partitions = producer.partitionsFor(topic).size();
            this.next = new int[partitions];
        }

        @Override
        public String token(int row) {
            return topic + "-" + partition(id(row)) + ":" + offsets.get(row);
        }

        private int partition(byte[] id) {
            return Utils.toPositive(Utils.murmur2(id)) % partitions;
        }

        private static byte[] id(int row) {
            return Integer.toString(row).getBytes(StandardCharsets.US_ASCII);
        }

        @Override
        public void send(String id, float[] vector) {
            byte[] value =
                    form == RowForm.JSON
                            ? PointJson.write(Point.of(id, vector.clone()))
                            : littleEndian(vector);
            byte[] key = id.getBytes(StandardCharsets.US_ASCII);
            int partition = partition(key);
            offsets.set(rows++, next[partition]++);
            ProducerRecord<byte[], byte[]> record =
                    new ProducerRecord<>(topic, partition, key, value);
            if (form == RowForm.F32) {
                record.headers().add("omen-format", "f32".getBytes(StandardCharsets.US_ASCII));
            }
            producer.send(record);
        }

        private static byte[] littleEndian(float[] vector) {
            ByteBuffer value =
                    ByteBuffer.allocate(vector.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            value.asFloatBuffer().put(vector);
            return value.array();
        }

        @Override
        public void flush() {
            producer.flush();
        }

        @Override
        public void close() {
            producer.close();
        }
    }
}
