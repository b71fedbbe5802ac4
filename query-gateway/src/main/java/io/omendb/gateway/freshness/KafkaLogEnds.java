package io.omendb.gateway.freshness;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.schema.CollectionDefinition;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.errors.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * The ends of the logs of collections in use, asked for every {@value #PERIOD_MS} ms by the thread
 * {@code omen-gateway-log-ends} and raised at once by what this gateway writes itself. A collection
 * is in use while somebody asks for it. Safe for use by any thread.
 */
final class KafkaLogEnds implements LogEnds {
    private static final long PERIOD_MS = 200;
    private static final long FIRST_ANSWER_MS_MAX = 1_000;
    private static final long IDLE_NANOS_MAX = TimeUnit.SECONDS.toNanos(30);
    private static final int DESCRIBE_EVERY = 50;

    /** How long a broker may not know yet of a topic that was just made. */
    private static final long NEW_NANOS_MAX = TimeUnit.MILLISECONDS.toNanos(500);

    /** Age from which what Kafka told of a log says nothing about it any more. */
    private static final long STALE_NANOS_MIN = TimeUnit.SECONDS.toNanos(5);

    private static final long CLOSE_WAIT_MS_MAX = 5_000;

    private final Admin admin;
    private final LogTails tails;
    private final Map<String, Log> logs = new ConcurrentHashMap<>();
    private final Semaphore newcomers = new Semaphore(0);
    private final Thread thread = new Thread(this::run, "omen-gateway-log-ends");
    private volatile boolean closed;

    /** Whether Kafka answered nothing at all the last time a topic was asked about. */
    private volatile boolean away;

    private KafkaLogEnds(Admin admin, LogTails tails) {
        this.admin = admin;
        this.tails = tails;
    }

    static KafkaLogEnds open(Map<String, Object> kafka) {
        Map<String, Object> config = new HashMap<>(kafka);
        config.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, 3_000);
        config.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, 3_000);
        KafkaLogEnds ends = new KafkaLogEnds(Admin.create(config), new LogTails(kafka));
        ends.thread.setDaemon(true);
        ends.thread.start();
        return ends;
    }

    @Override
    public CompletableFuture<Map<Integer, Long>> of(CollectionDefinition collection) {
        log(collection.topic(), collection.schema().partitions()).read = true;
        return of(collection.topic(), collection.schema().partitions())
                .thenApply(ends -> readable(collection.topic(), ends));
    }

    @Override
    public CompletableFuture<@Nullable Long> deadLetters(CollectionDefinition collection) {
        return of(collection.deadLetterTopic(), 1)
                .thenApply(
                        ends ->
                                ends.isEmpty()
                                        ? null
                                        : ends.values().stream().mapToLong(Long::longValue).sum());
    }

    /**
     * The ends of a log.
     *
     * @param partitionsMin how many partitions it has at least, whatever was known of it before
     */
    private CompletableFuture<Map<Integer, Long>> of(String topic, int partitionsMin) {
        Log log = log(topic, partitionsMin);
        boolean isKnown = log.known.isDone() && log.ends.size() >= log.partitionsMin;
        if (isKnown) {
            boolean fresh = System.nanoTime() - log.toldNanos < STALE_NANOS_MIN;
            return CompletableFuture.completedFuture(fresh ? Map.copyOf(log.ends) : Map.of());
        }
        if (log.failed || away || log.known.isDone()) {
            // Kafka could not tell so far: who asks need not wait to hear it again.
            return CompletableFuture.completedFuture(Map.of());
        }
        newcomers.release();
        return log.known
                .copy()
                .completeOnTimeout(null, FIRST_ANSWER_MS_MAX, TimeUnit.MILLISECONDS)
                .thenApply(nothing -> Map.copyOf(log.ends));
    }

    @Override
    public CompletableFuture<Map<Integer, Long>> of(CollectionDefinition collection, long ageMs) {
        Log log = log(collection.topic(), collection.schema().partitions());
        Map<Integer, Long> known = log.history.oldest(TimeUnit.MILLISECONDS.toNanos(ageMs));
        CompletableFuture<Map<Integer, Long>> found =
                known == null || known.size() < log.partitionsMin
                        ? ask(collection.topic(), log.partitions())
                        : CompletableFuture.completedFuture(known);
        return found.thenApply(ends -> readable(collection.topic(), ends));
    }

    /** Without what is known to hold no record. */
    private Map<Integer, Long> readable(String topic, Map<Integer, Long> ends) {
        Map<Integer, Long> readable = new HashMap<>();
        ends.forEach(
                (partition, end) ->
                        readable.put(
                                partition,
                                tails.known(new TopicPartition(topic, partition), end - 1) + 1));
        return readable;
    }

    @Override
    public CompletableFuture<List<Token>> records(List<Token> tokens) {
        List<CompletableFuture<Long>> last = tokens.stream().map(this::last).toList();
        return CompletableFuture.allOf(last.toArray(CompletableFuture<?>[]::new))
                .thenApply(
                        all -> {
                            List<Token> records = new ArrayList<>();
                            for (int i = 0; i < tokens.size(); i++) {
                                Token token = tokens.get(i);
                                long offset = last.get(i).join();
                                if (offset >= 0) {
                                    records.add(
                                            new Token(token.topic(), token.partition(), offset));
                                }
                            }
                            return records;
                        });
    }

    private CompletableFuture<Long> last(Token token) {
        Log log = logs.get(token.topic());
        // Nobody but Kafka is believed that there is such a partition.
        return log != null && log.ends.containsKey(token.partition())
                ? tails.last(new TopicPartition(token.topic(), token.partition()), token.offset())
                : CompletableFuture.completedFuture(token.offset());
    }

    private Log log(String topic, int partitionsMin) {
        Log log =
                logs.computeIfAbsent(
                        topic,
                        name -> {
                            tails.forget(name);
                            return new Log();
                        });
        log.usedNanos = System.nanoTime();
        if (log.partitionsMin < partitionsMin) {
            log.partitionsMin = partitionsMin;
        }
        return log;
    }

    private CompletableFuture<Map<Integer, Long>> ask(String topic, int partitions) {
        CompletionStage<Integer> count =
                partitions > 0
                        ? CompletableFuture.completedFuture(partitions)
                        : admin.describeTopics(List.of(topic))
                                .allTopicNames()
                                .toCompletionStage()
                                .thenApply(topics -> countOf(topics, topic));
        return count.thenCompose(
                        known -> {
                            Map<TopicPartition, OffsetSpec> asked = new HashMap<>();
                            for (int i = 0; i < known; i++) {
                                asked.put(new TopicPartition(topic, i), OffsetSpec.latest());
                            }
                            return admin.listOffsets(asked, committed()).all().toCompletionStage();
                        })
                .handle(
                        (found, failure) -> {
                            if (failure != null) {
                                throw new OmenException(
                                        ErrorCode.UNAVAILABLE,
                                        "Kafka does not tell where the log of "
                                                + topic
                                                + " ends: "
                                                + failure.getMessage(),
                                        failure);
                            }
                            Map<Integer, Long> ends = new HashMap<>();
                            found.forEach(
                                    (partition, end) ->
                                            ends.put(partition.partition(), end.offset()));
                            forgetIfShorter(topic, ends);
                            found.forEach(this::raise);
                            return ends;
                        })
                .toCompletableFuture();
    }

    @Override
    public void written(String topic, int partition, long offset) {
        Log log = logs.get(topic);
        if (log != null && log.known.isDone()) {
            log.ends.merge(partition, offset + 1, Math::max);
        }
    }

    private void run() {
        try {
            for (int round = 0; !closed; round++) {
                if (newcomers.tryAcquire(PERIOD_MS, TimeUnit.MILLISECONDS)) {
                    newcomers.drainPermits();
                }
                forgetIdle();
                refresh(round % DESCRIBE_EVERY == 0);
            }
        } catch (InterruptedException e) {
            closed = true; // only close() interrupts this thread
        }
    }

    private void forgetIdle() {
        logs.entrySet()
                .removeIf(
                        log -> {
                            boolean idle =
                                    System.nanoTime() - log.getValue().usedNanos > IDLE_NANOS_MAX;
                            if (idle) {
                                tails.forget(log.getKey());
                            }
                            return idle;
                        });
    }

    /**
     * Asks for all logs in one go; each is told of by itself, so that one that cannot be read (a
     * partition without a leader, a topic that is gone) keeps none of the others waiting.
     */
    private void refresh(boolean describeAll) throws InterruptedException {
        Map<TopicPartition, OffsetSpec> asked = new HashMap<>();
        Map<String, List<TopicPartition>> byTopic = new HashMap<>();
        for (Map.Entry<String, Log> entry : logs.entrySet()) {
            Log log = entry.getValue();
            if (log.asked) {
                continue;
            }
            if ((describeAll || log.partitions == 0) && !log.described) {
                describe(entry.getKey(), log);
            }
            if (log.partitions == 0) {
                continue;
            }
            List<TopicPartition> partitions = new ArrayList<>();
            for (int i = 0; i < log.partitions(); i++) {
                partitions.add(new TopicPartition(entry.getKey(), i));
            }
            if (!partitions.isEmpty()) {
                partitions.forEach(partition -> asked.put(partition, OffsetSpec.latest()));
                byTopic.put(entry.getKey(), partitions);
                log.asked = true;
            }
        }
        if (asked.isEmpty()) {
            return;
        }
        long asking = System.nanoTime();
        ListOffsetsResult told = admin.listOffsets(asked, committed());
        CompletableFuture<?>[] all =
                byTopic.entrySet().stream()
                        .map(topic -> told(topic.getKey(), topic.getValue(), asking, told))
                        .toArray(CompletableFuture<?>[]::new);
        CompletableFuture<Void> round =
                CompletableFuture.allOf(all).completeOnTimeout(null, PERIOD_MS, MILLISECONDS);
        try {
            round.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException("none of them fails", e);
        }
    }

    /** Never fails. */
    private CompletableFuture<Void> told(
            String topic, List<TopicPartition> partitions, long asking, ListOffsetsResult told) {
        Map<TopicPartition, CompletableFuture<ListOffsetsResultInfo>> ends = new HashMap<>();
        partitions.forEach(
                partition ->
                        ends.put(
                                partition,
                                told.partitionResult(partition)
                                        .toCompletionStage()
                                        .toCompletableFuture()));
        return CompletableFuture.allOf(ends.values().toArray(CompletableFuture<?>[]::new))
                .handle(
                        (all, failure) -> {
                            Log log = logs.get(topic);
                            if (log == null) {
                                return null;
                            }
                            log.asked = false;
                            log.failed = failure != null;
                            if (log.failed) {
                                tails.forget(topic);
                                log.told = Map.of();
                            }
                            if (failure == null) {
                                Map<Integer, Long> found = new HashMap<>();
                                ends.forEach(
                                        (partition, end) -> {
                                            raise(partition, end.join());
                                            found.put(partition.partition(), end.join().offset());
                                        });
                                forgetIfShorter(topic, found);
                                lookAtTails(topic, log, found);
                                log.told = found;
                                log.history.add(asking, found);
                                log.toldNanos = asking;
                                log.known.complete(null);
                            }
                            return null;
                        });
    }

    /** A log that ends sooner than it did is another one. */
    private void forgetIfShorter(String topic, Map<Integer, Long> ends) {
        Log log = logs.get(topic);
        if (log != null
                && log.told.entrySet().stream()
                        .anyMatch(
                                told ->
                                        ends.getOrDefault(told.getKey(), Long.MAX_VALUE)
                                                < told.getValue())) {
            tails.forget(topic);
        }
    }

    /** Where nothing was written for a moment, the end may be that of a transaction. */
    private void lookAtTails(String topic, Log log, Map<Integer, Long> now) {
        now.forEach(
                (partition, end) -> {
                    if (log.read && end > 0 && end.equals(log.told.get(partition))) {
                        tails.look(new TopicPartition(topic, partition), end);
                    }
                });
    }

    /** What readers of committed records see: before it, nothing is open any more. */
    private static ListOffsetsOptions committed() {
        return new ListOffsetsOptions(IsolationLevel.READ_COMMITTED);
    }

    /** Each topic by itself, and nobody waits for it. */
    private void describe(String topic, Log log) {
        log.described = true;
        admin.describeTopics(List.of(topic))
                .allTopicNames()
                .toCompletionStage()
                .whenComplete(
                        (topics, failure) -> {
                            log.described = false;
                            Throwable cause =
                                    failure instanceof CompletionException
                                            ? failure.getCause()
                                            : failure;
                            away = cause instanceof TimeoutException;
                            if (failure == null) {
                                log.partitions = countOf(topics, topic);
                                // Its ends are asked for at once.
                                newcomers.release();
                            } else if (log.partitions == 0
                                    && System.nanoTime() - log.bornNanos > NEW_NANOS_MAX) {
                                log.failed = true;
                            }
                        });
    }

    private static int countOf(Map<String, TopicDescription> topics, String topic) {
        return Objects.requireNonNull(topics.get(topic)).partitions().stream()
                        .mapToInt(TopicPartitionInfo::partition)
                        .max()
                        .orElse(-1)
                + 1;
    }

    private void raise(TopicPartition partition, ListOffsetsResultInfo end) {
        Log log = logs.get(partition.topic());
        if (log != null) {
            log.ends.merge(partition.partition(), end.offset(), Math::max);
        }
    }

    @Override
    public void close() {
        closed = true;
        thread.interrupt();
        try {
            thread.join(CLOSE_WAIT_MS_MAX);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        tails.close();
        admin.close(Duration.ofMillis(CLOSE_WAIT_MS_MAX));
    }

    /** One topic. */
    private static final class Log {
        final long bornNanos = System.nanoTime();
        final Map<Integer, Long> ends = new ConcurrentHashMap<>();
        final CompletableFuture<Void> known = new CompletableFuture<>();
        volatile long usedNanos = System.nanoTime();

        /** As Kafka said last; 0 before that. */
        volatile int partitions;

        /** At least, as the collection was made with so many. */
        volatile int partitionsMin;

        /** Whether an answer about its ends, or about its partitions, is on its way. */
        volatile boolean asked;

        volatile boolean described;

        /** Whether Kafka could not tell the last time it was asked. */
        volatile boolean failed;

        /** Whether it is a collection's, not one of dead letters. */
        volatile boolean read;

        /** What Kafka told last. */
        volatile Map<Integer, Long> told = Map.of();

        /** When Kafka was asked what it last told. */
        volatile long toldNanos;

        final EndsHistory history = new EndsHistory();

        int partitions() {
            return Math.max(partitions, partitionsMin);
        }
    }
}
