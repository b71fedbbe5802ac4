package io.omendb.cli.demo;

import io.omendb.embed.hashing.HashingEmbedder;
import io.omendb.examples.jdk.JdkApi;
import io.omendb.examples.jdk.JdkElement;
import io.omendb.record.Point;
import io.omendb.record.PointJson;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * Streams the elements into the collection's topic at a steady rate, as any producer of a user's
 * would.
 */
final class ElementStream implements Runnable {
    private static final long PACE_NANOS = 1_000_000;

    private final String bootstrapServers;
    private final HashingEmbedder embedder;
    private final int ratePerSecond;
    private final DemoStats stats;
    private final List<Point> sent = Collections.synchronizedList(new ArrayList<>());
    private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();
    private volatile @Nullable Latest latest;
    private volatile boolean stopAsked;
    private volatile long startNanos;
    private volatile long endNanos;

    /**
     * The point sent last.
     *
     * @param sentNanos {@link System#nanoTime()} just before it was handed to the producer
     */
    record Latest(Point point, long sentNanos) {}

    ElementStream(
            String bootstrapServers, HashingEmbedder embedder, int ratePerSecond, DemoStats stats) {
        this.bootstrapServers = bootstrapServers;
        this.embedder = embedder;
        this.ratePerSecond = ratePerSecond;
        this.stats = stats;
    }

    @Override
    public void run() {
        Properties properties = new Properties();
        properties.put("bootstrap.servers", bootstrapServers);
        properties.put("acks", "all");
        properties.put("linger.ms", "2");
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(
                        properties, new ByteArraySerializer(), new ByteArraySerializer())) {
            startNanos = System.nanoTime();
            Iterator<JdkElement> elements = JdkApi.ofRunningJdk().stream().iterator();
            while (!stopAsked && elements.hasNext()) {
                pace();
                send(producer, JdkCollection.point(elements.next(), embedder));
            }
            producer.flush();
        } finally {
            endNanos = System.nanoTime();
        }
    }

    private void send(KafkaProducer<byte[], byte[]> producer, Point point) {
        long now = System.nanoTime();
        var unused =
                producer.send(
                        new ProducerRecord<>(
                                "omen." + JdkCollection.NAME,
                                point.id().getBytes(StandardCharsets.UTF_8),
                                PointJson.write(point)),
                        (metadata, error) -> {
                            if (error == null) {
                                stats.acknowledged();
                            } else {
                                failure.compareAndSet(null, error);
                            }
                        });
        sent.add(point);
        latest = new Latest(point, now);
    }

    private void pace() {
        long due = startNanos + sent.size() * 1_000_000_000L / ratePerSecond;
        while (!stopAsked && System.nanoTime() < due) {
            LockSupport.parkNanos(Math.min(PACE_NANOS, due - System.nanoTime()));
        }
    }

    void stop() {
        stopAsked = true;
    }

    boolean isDone() {
        return endNanos != 0;
    }

    @Nullable Latest latest() {
        return latest;
    }

    /** The first error of a write that Kafka refused. */
    @Nullable Exception failure() {
        return failure.get();
    }

    /** All points sent; read it once the stream has ended. */
    List<Point> sent() {
        return sent;
    }

    /** Seconds from the first point to the end, or to now. */
    double seconds() {
        long end = endNanos == 0 ? System.nanoTime() : endNanos;
        return (end - startNanos) / 1e9;
    }
}
