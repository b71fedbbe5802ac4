package io.omendb.gateway.freshness;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the last record of logs that may end with something else: the end of a transaction takes an
 * offset, and what was aborted takes some, that no reader of committed records ever sees. Reads on
 * the thread {@code omen-gateway-log-tails}, which is started when somebody asks. Safe for use by
 * any thread.
 */
final class LogTails implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LogTails.class);

    private static final int WAITING_MAX = 1024;

    /** How many offsets without a record are looked through, and how much sooner each time. */
    private static final long LOOK_BACK_MAX = 1 << 12;

    private static final int LOOK_BACK_TIMES = 8;
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(2);
    private static final Duration POLL = Duration.ofMillis(100);
    private static final int FETCH_BYTES = 1 << 16;
    private static final int FETCH_MS = 5;
    private static final long IDLE_MS = 200;
    private static final long CLOSE_WAIT_MS_MAX = 5_000;

    private final Map<String, Object> config;
    private final Map<Place, CompletableFuture<Long>> asked = new ConcurrentHashMap<>();
    private final BlockingQueue<Place> waiting = new ArrayBlockingQueue<>(WAITING_MAX);
    private final Map<TopicPartition, Tail> known = new ConcurrentHashMap<>();
    private final Thread thread = new Thread(this::run, "omen-gateway-log-tails");
    private boolean started;
    private volatile boolean closed;

    LogTails(Map<String, Object> kafka) {
        config = new HashMap<>(kafka);
        config.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        config.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        config.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, FETCH_BYTES);
        // What is read ahead at the end of one log keeps the next log waiting.
        config.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, FETCH_MS);
        config.put(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, 3_000);
        config.put(ConsumerConfig.REQUEST_TIMEOUT_MS_CONFIG, 3_000);
        thread.setDaemon(true);
    }

    private record Place(TopicPartition partition, long offset) {}

    /** There is no record after {@code last} up to and with {@code offset}. */
    private record Tail(long last, long offset) {
        boolean covers(long at) {
            return last <= at && at <= offset;
        }
    }

    /** The last record at or before this offset as far as that is known, else the offset itself. */
    long known(TopicPartition partition, long offset) {
        Tail tail = known.get(partition);
        return tail != null && tail.covers(offset) ? tail.last : offset;
    }

    boolean isKnown(TopicPartition partition, long offset) {
        Tail tail = known.get(partition);
        return tail != null && tail.covers(offset);
    }

    /** Forgets a log, which may be made anew. */
    void forget(String topic) {
        known.keySet().removeIf(partition -> partition.topic().equals(topic));
    }

    /**
     * The offset of the last record at or before an offset that is not beyond the log's end; −1
     * where there is none, the offset itself where that cannot be found out.
     */
    CompletableFuture<Long> last(TopicPartition partition, long offset) {
        if (offset < 0 || closed || isKnown(partition, offset)) {
            return CompletableFuture.completedFuture(known(partition, offset));
        }
        start();
        Place place = new Place(partition, offset);
        CompletableFuture<Long> answer = new CompletableFuture<>();
        CompletableFuture<Long> before = asked.putIfAbsent(place, answer);
        if (before != null) {
            return before;
        }
        if (!waiting.offer(place)) {
            answer(place, offset);
        }
        if (closed) {
            abandon();
        }
        return answer;
    }

    private void answer(Place place, long last) {
        CompletableFuture<Long> answer = asked.remove(place);
        if (answer != null) {
            answer.complete(last);
        }
    }

    private synchronized void start() {
        if (!started && !closed) {
            started = true;
            thread.start();
        }
    }

    private void run() {
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(
                        config, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            while (!closed) {
                Place place = waiting.poll(IDLE_MS, MILLISECONDS);
                if (place != null) {
                    answer(place, find(consumer, place));
                }
            }
        } catch (InterruptedException | InterruptException e) {
            closed = true; // only close() interrupts this thread
        } catch (KafkaException e) {
            LOG.warn("The ends of logs cannot be read: {}", e.getMessage());
            closed = true;
        }
        abandon();
    }

    /** Nobody is answered any more. */
    private void abandon() {
        for (Place place : List.copyOf(asked.keySet())) {
            answer(place, place.offset());
        }
    }

    private long find(KafkaConsumer<byte[], byte[]> consumer, Place place) {
        if (isKnown(place.partition(), place.offset())) {
            return known(place.partition(), place.offset());
        }
        try {
            Long last = search(consumer, place);
            if (last == null) {
                return place.offset();
            }
            known.put(place.partition(), new Tail(last, place.offset()));
            return last;
        } catch (InterruptException e) {
            throw e;
        } catch (KafkaException e) {
            LOG.debug("{} at {}: {}", place.partition(), place.offset(), e.getMessage());
            return place.offset();
        }
    }

    /** Null where it cannot be found out. */
    private static @Nullable Long search(KafkaConsumer<byte[], byte[]> consumer, Place place) {
        TopicPartition partition = place.partition();
        List<TopicPartition> only = List.of(partition);
        consumer.assign(only);
        long give = System.nanoTime() + PATIENCE_NANOS;
        long first = 0;
        for (long back = 1; back <= LOOK_BACK_MAX; back *= LOOK_BACK_TIMES) {
            long from = Math.max(first, place.offset() + 1 - back);
            consumer.seek(partition, from);
            long last = -1;
            while (consumer.position(partition) <= place.offset()) {
                if (System.nanoTime() > give) {
                    return null;
                }
                for (ConsumerRecord<byte[], byte[]> read : consumer.poll(POLL).records(partition)) {
                    last = read.offset() <= place.offset() ? read.offset() : last;
                }
            }
            if (last >= 0) {
                return last;
            }
            if (from == first) {
                return -1L;
            }
            first = consumer.beginningOffsets(only).getOrDefault(partition, 0L);
        }
        return null;
    }

    @Override
    public void close() {
        synchronized (this) {
            closed = true;
        }
        if (!started) {
            return;
        }
        thread.interrupt();
        try {
            thread.join(CLOSE_WAIT_MS_MAX);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
