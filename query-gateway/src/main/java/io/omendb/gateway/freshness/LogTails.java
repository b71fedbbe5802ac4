package io.omendb.gateway.freshness;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import io.omendb.protocol.kafka.KafkaErrors;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingDeque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingDeque;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
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
    private static final Duration POLL = Duration.ofMillis(100);
    private static final int POLLS_IN_VAIN_MAX = 10;
    private static final int FETCH_BYTES = 1 << 16;
    private static final int FETCH_MS = 5;
    private static final int KAFKA_MS_MAX = 3_000;
    private static final long IDLE_MS = 200;

    /** Until there is another consumer in place of one that failed. */
    private static final long ANEW_MS = 2_000;

    private static final long CLOSE_WAIT_MS_MAX = 5_000;

    /** How long a tail is believed: a log may be made anew, and records expire. */
    private static final long KNOWN_NANOS = TimeUnit.SECONDS.toNanos(10);

    /** How long one that could not be found is left alone. */
    private static final long LEFT_ALONE_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final Map<String, Object> config;
    private final Map<TopicPartition, CompletableFuture<Tail>> asked = new ConcurrentHashMap<>();
    private final BlockingDeque<TopicPartition> waiting = new LinkedBlockingDeque<>(WAITING_MAX);
    private final Map<TopicPartition, Tail> known = new ConcurrentHashMap<>();
    private final Thread thread = new Thread(this::run, "omen-gateway-log-tails");
    private boolean started;
    private volatile boolean closed;
    private volatile boolean refused;

    LogTails(Map<String, Object> kafka) {
        config = new HashMap<>(kafka);
        config.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        config.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        config.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        config.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, FETCH_BYTES);
        // What is read ahead at the end of one log keeps the next log waiting.
        config.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, FETCH_MS);
        config.put(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, KAFKA_MS_MAX);
        config.put(ConsumerConfig.REQUEST_TIMEOUT_MS_CONFIG, KAFKA_MS_MAX);
        thread.setDaemon(true);
    }

    /**
     * How a partition ends for who reads what is committed.
     *
     * @param last offset of the last record, −1 where there is none; {@code end - 1} where that was
     *     not found out
     * @param end the offset behind everything committed
     * @param untilNanos until when it is believed
     */
    private record Tail(long last, long end, long untilNanos) {
        /** Nothing is known of it. */
        static Tail unknown() {
            return new Tail(-1, 0, System.nanoTime() + LEFT_ALONE_NANOS);
        }

        boolean holds() {
            return untilNanos - System.nanoTime() > 0;
        }

        /** The last record at or before an offset, or the offset itself. */
        long lastAt(long offset) {
            return last < offset && offset < end ? last : offset;
        }
    }

    /** The last record at or before this offset as far as that is known, else the offset itself. */
    long known(TopicPartition partition, long offset) {
        Tail tail = known.get(partition);
        return tail != null && tail.holds() ? tail.lastAt(offset) : offset;
    }

    /** Forgets a log, which may be made anew. */
    void forget(String topic) {
        known.keySet().removeIf(partition -> partition.topic().equals(topic));
    }

    /** Finds out how a log of this end ends, when there is nothing else to do. */
    void look(TopicPartition partition, long end) {
        Tail tail = known.get(partition);
        if (tail == null || !tail.holds() || tail.end < end && tail.end > 0) {
            CompletableFuture<Tail> unused = ask(partition, false);
        }
    }

    /**
     * The offset of the last record at or before an offset; −1 where there is none, the offset
     * itself where it is beyond what is committed or that cannot be found out.
     */
    CompletableFuture<Long> last(TopicPartition partition, long offset) {
        Tail tail = known.get(partition);
        if (tail != null && tail.holds() && (offset < tail.end || tail.end == 0)) {
            return CompletableFuture.completedFuture(tail.lastAt(offset));
        }
        return ask(partition, true).thenApply(found -> found.lastAt(offset));
    }

    /** One look at a partition at a time, for all who ask. */
    private CompletableFuture<Tail> ask(TopicPartition partition, boolean urgent) {
        CompletableFuture<Tail> answer = new CompletableFuture<>();
        CompletableFuture<Tail> before = asked.putIfAbsent(partition, answer);
        if (before != null) {
            if (urgent && waiting.remove(partition) && !waiting.offerFirst(partition)) {
                answer(partition, Tail.unknown());
            }
            return before.copy();
        }
        start();
        boolean taken = urgent ? waiting.offerFirst(partition) : waiting.offerLast(partition);
        if (!taken || closed) {
            answer(partition, Tail.unknown());
        }
        return answer;
    }

    private void answer(TopicPartition partition, Tail tail) {
        CompletableFuture<Tail> answer = asked.remove(partition);
        if (answer != null) {
            answer.complete(tail);
        }
    }

    private synchronized void start() {
        if (!started && !closed) {
            started = true;
            thread.start();
        }
    }

    private void run() {
        try {
            while (!closed) {
                read();
            }
        } catch (InterruptedException | InterruptException e) {
            LOG.trace("closed"); // only close() interrupts this thread
        } finally {
            closed = true;
            List.copyOf(asked.keySet()).forEach(each -> answer(each, Tail.unknown()));
        }
    }

    /** Until closed, or Kafka cannot be talked to with this consumer. */
    private void read() throws InterruptedException {
        TopicPartition next = null;
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(
                        config, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            while (!closed) {
                next = waiting.poll(IDLE_MS, MILLISECONDS);
                if (next != null) {
                    Tail found = find(consumer, next);
                    known.put(next, found);
                    answer(next, found);
                }
            }
        } catch (InterruptException e) {
            throw e;
        } catch (RuntimeException e) {
            LOG.warn("The ends of logs cannot be read: {}", KafkaErrors.reason(e));
            if (next != null) {
                known.put(next, Tail.unknown());
            }
            // Who stands in line need not wait until it can be asked again.
            for (TopicPartition each : List.copyOf(asked.keySet())) {
                if (waiting.remove(each) || each.equals(next)) {
                    answer(each, Tail.unknown());
                }
            }
            MILLISECONDS.sleep(ANEW_MS);
        }
    }

    private Tail find(KafkaConsumer<byte[], byte[]> consumer, TopicPartition partition) {
        try {
            consumer.assign(List.of(partition));
            long end = consumer.endOffsets(List.of(partition)).getOrDefault(partition, 0L);
            Long last = end == 0 ? Long.valueOf(-1) : lastBefore(consumer, partition, end);
            return last == null
                    ? new Tail(end - 1, end, System.nanoTime() + LEFT_ALONE_NANOS)
                    : new Tail(last, end, System.nanoTime() + KNOWN_NANOS);
        } catch (InterruptException | AuthenticationException e) {
            throw e; // a consumer that was refused is not let in later either
        } catch (AuthorizationException e) {
            if (!refused) {
                refused = true;
                LOG.warn("Ends of transactions cannot be told from records: {}", e.getMessage());
            }
            return Tail.unknown();
        } catch (KafkaException e) {
            LOG.debug("{}: {}", partition, e.getMessage());
            return Tail.unknown();
        }
    }

    /** The last record before an offset, −1 for none; null where it is too far back. */
    private static @Nullable Long lastBefore(
            KafkaConsumer<byte[], byte[]> consumer, TopicPartition partition, long end) {
        long first = 0;
        for (long back = 1; back <= LOOK_BACK_MAX; back *= LOOK_BACK_TIMES) {
            long from = Math.max(first, end - back);
            consumer.seek(partition, from);
            long last = -1;
            long position = from;
            int inVain = 0;
            while (position < end) {
                for (ConsumerRecord<byte[], byte[]> read : consumer.poll(POLL).records(partition)) {
                    last = read.offset() < end ? read.offset() : last;
                }
                long now = consumer.position(partition);
                inVain = now == position ? inVain + 1 : 0;
                if (inVain == POLLS_IN_VAIN_MAX) {
                    return null;
                }
                position = now;
            }
            if (last >= 0) {
                return last;
            }
            if (from == first) {
                return -1L;
            }
            first = consumer.beginningOffsets(List.of(partition)).getOrDefault(partition, 0L);
        }
        return null;
    }

    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            if (!started) {
                return;
            }
        }
        thread.interrupt();
        try {
            thread.join(CLOSE_WAIT_MS_MAX);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
