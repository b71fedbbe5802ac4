package io.omendb.bench;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import me.tongfei.progressbar.ProgressBar;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * Sends rows to a collection's topic, one vector a record, ids counting up; the vectors start over
 * when they have all been sent. Used by one thread at a time.
 */
final class RowSender implements AutoCloseable {
    private static final long TICK_MS = 20;

    private final KafkaProducer<byte[], byte[]> producer;
    private final String topic;
    private final HeldVectors vectors;
    private final float[] vector;
    private volatile int sent;

    RowSender(String bootstrapServers, String collection, HeldVectors vectors) {
        this.topic = "omen." + collection;
        this.vectors = vectors;
        this.vector = new float[vectors.dimension()];
        this.producer =
                new KafkaProducer<>(
                        Map.of(
                                "bootstrap.servers",
                                bootstrapServers,
                                "linger.ms",
                                5,
                                "batch.size",
                                1 << 18),
                        new ByteArraySerializer(),
                        new ByteArraySerializer());
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
        producer.flush();
    }

    /** Sends rows evenly over some seconds. */
    void sendEvenly(int perSecond, int seconds) {
        long start = System.nanoTime();
        long total = (long) perSecond * seconds;
        for (long done = 0; done < total; ) {
            long due =
                    Math.min(
                            total,
                            (System.nanoTime() - start) * perSecond / TimeUnit.SECONDS.toNanos(1));
            for (; done < due; done++) {
                sendNext();
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(TICK_MS));
        }
        producer.flush();
    }

    private void sendNext() {
        vectors.read(sent % vectors.rows(), vector);
        ByteBuffer value =
                ByteBuffer.allocate(vector.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        value.asFloatBuffer().put(vector);
        byte[] id = Integer.toString(sent).getBytes(StandardCharsets.US_ASCII);
        ProducerRecord<byte[], byte[]> record = new ProducerRecord<>(topic, id, value.array());
        record.headers().add("omen-format", "f32".getBytes(StandardCharsets.US_ASCII));
        producer.send(record);
        sent++;
    }

    @Override
    public void close() {
        producer.close();
    }
}
