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
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
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
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
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

    private static final long CLOSE_WAIT_MS_MAX = 5_000;

    private final Admin admin;
    private final MappedTopics mapped;
    private final LogTails tails;
    private final Map<String, TopicLog> logs = new ConcurrentHashMap<>();
    private final Semaphore newcomers = new Semaphore(0);
    private final Thread thread = new Thread(this::run, "omen-gateway-log-ends");
    private volatile boolean closed;

    /** Whether Kafka answered nothing at all the last time a topic was asked about. */
    private volatile boolean away;

    private KafkaLogEnds(Admin admin, MappedTopics mapped, LogTails tails) {
        this.admin = admin;
        this.mapped = mapped;
        this.tails = tails;
    }

    static KafkaLogEnds open(Map<String, Object> kafka, MappedTopics mapped) {
        Map<String, Object> config = new HashMap<>(kafka);
        config.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, 3_000);
        config.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, 3_000);
        KafkaLogEnds ends = new KafkaLogEnds(Admin.create(config), mapped, new LogTails(kafka));
        ends.thread.setDaemon(true);
        ends.thread.start();
        return ends;
    }

    @Override
    public Set<String> topics(CollectionDefinition collection) {
        return mapped.of(collection);
    }

    @Override
    public CompletableFuture<Ends> of(CollectionDefinition collection) {
        return all(
                collection,
                topic -> {
                    int partitionsMin = partitionsMin(collection, topic);
                    log(topic, partitionsMin).read = true;
                    return of(topic, partitionsMin);
                });
    }

    @Override
    public CompletableFuture<Ends> of(CollectionDefinition collection, long ageMs) {
        return all(
                collection,
                topic -> {
                    TopicLog log = log(topic, partitionsMin(collection, topic));
                    log.read = true;
                    Map<Integer, Long> known =
                            log.history.oldest(TimeUnit.MILLISECONDS.toNanos(ageMs));
                    return known == null || known.size() < log.partitionsMin
                            ? ask(topic, log)
                            : CompletableFuture.completedFuture(known);
                });
    }

    /** A collection's own topic was made with so many; of a mapped one nothing is promised. */
    private static int partitionsMin(CollectionDefinition collection, String topic) {
        return topic.equals(collection.topic()) ? collection.schema().partitions() : 0;
    }

    /** Asks for the ends of all topics of a collection; of one that is not known, nothing is. */
    private CompletableFuture<Ends> all(
            CollectionDefinition collection,
            Function<String, CompletableFuture<@Nullable Map<Integer, Long>>> each) {
        Set<String> topics = mapped.of(collection);
        if (topics.size() == 1) {
            return each.apply(collection.topic())
                    .thenApply(
                            ends -> {
                                Map<TopicPartition, Long> next = new HashMap<>();
                                addReadable(collection.topic(), ends, next);
                                return new Ends(topics, next, Map.of());
                            });
        }
        Map<String, CompletableFuture<@Nullable Map<Integer, Long>>> asked = new HashMap<>();
        topics.forEach(topic -> asked.put(topic, each.apply(topic)));
        return CompletableFuture.allOf(asked.values().toArray(CompletableFuture<?>[]::new))
                .thenApply(
                        done -> {
                            Map<TopicPartition, Long> next = new HashMap<>();
                            for (String topic : topics) {
                                Map<Integer, Long> ends =
                                        Objects.requireNonNull(asked.get(topic)).join();
                                if (ends == null) {
                                    return Ends.unknown(topics);
                                }
                                addReadable(topic, ends, next);
                            }
                            return new Ends(topics, next, begins(collection, topics));
                        });
    }

    @Override
    public CompletableFuture<@Nullable Long> deadLetters(CollectionDefinition collection) {
        return of(collection.deadLetterTopic(), 1)
                .thenApply(
                        ends ->
                                ends == null
                                        ? null
                                        : ends.values().stream().mapToLong(Long::longValue).sum());
    }

    /**
     * The ends of a log; null where they are not known.
     *
     * @param partitionsMin how many partitions it has at least, whatever was known of it before
     */
    private CompletableFuture<@Nullable Map<Integer, Long>> of(String topic, int partitionsMin) {
        TopicLog log = log(topic, partitionsMin);
        if (log.first.isDone() || log.failed || away) {
            // Where Kafka could not tell so far, who asks need not wait to hear it again.
            return CompletableFuture.completedFuture(log.known());
        }
        newcomers.release();
        return log.first
                .copy()
                .completeOnTimeout(null, FIRST_ANSWER_MS_MAX, TimeUnit.MILLISECONDS)
                .thenApply(nothing -> log.known());
    }

    /** Without what is known to hold no record. */
    private void addReadable(
            String topic, @Nullable Map<Integer, Long> ends, Map<TopicPartition, Long> next) {
        if (ends != null) {
            ends.forEach(
                    (number, end) -> {
                        TopicPartition partition = new TopicPartition(topic, number);
                        next.put(partition, tails.known(partition, end - 1) + 1);
                    });
        }
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
        TopicLog log = logs.get(token.topic());
        // Nobody but Kafka is believed that there is such a partition.
        return log != null && log.ends.containsKey(token.partition())
                ? tails.last(new TopicPartition(token.topic(), token.partition()), token.offset())
                : CompletableFuture.completedFuture(token.offset());
    }

    private TopicLog log(String topic, int partitionsMin) {
        TopicLog log =
                logs.computeIfAbsent(
                        topic,
                        name -> {
                            tails.forget(name);
                            return new TopicLog();
                        });
        log.usedNanos = System.nanoTime();
        if (log.partitionsMin < partitionsMin) {
            log.partitionsMin = partitionsMin;
        }
        return log;
    }

    private CompletableFuture<@Nullable Map<Integer, Long>> ask(String topic, TopicLog log) {
        CompletionStage<Integer> count =
                log.partitions() > 0
                        ? CompletableFuture.completedFuture(log.partitions())
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
                            if (failure != null && log.mayBeMissing() && isUnknown(failure)) {
                                return Map.<Integer, Long>of();
                            }
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
        TopicLog log = logs.get(topic);
        if (log != null && log.first.isDone()) {
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
        for (Map.Entry<String, TopicLog> entry : logs.entrySet()) {
            TopicLog log = entry.getValue();
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
                            TopicLog log = logs.get(topic);
                            if (log == null) {
                                return null;
                            }
                            log.asked = false;
                            log.failed = failure != null;
                            if (log.failed) {
                                tails.forget(topic);
                                log.told = Map.of();
                                if (log.mayBeMissing()) {
                                    log.partitions = 0; // it may be gone: see at once
                                }
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
                                log.missing = false;
                                log.first.complete(null);
                            }
                            return null;
                        });
    }

    /** A log that ends sooner than it did is another one. */
    private void forgetIfShorter(String topic, Map<Integer, Long> ends) {
        TopicLog log = logs.get(topic);
        if (log != null
                && log.told.entrySet().stream()
                        .anyMatch(
                                told ->
                                        ends.getOrDefault(told.getKey(), Long.MAX_VALUE)
                                                < told.getValue())) {
            log.begins = Map.of();
            log.history.clear();
            tails.forget(topic);
        }
    }

    /** Where nothing was written for a moment, the end may be that of a transaction. */
    private void lookAtTails(String topic, TopicLog log, Map<Integer, Long> now) {
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
    private void describe(String topic, TopicLog log) {
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
                            if (log.mayBeMissing()
                                    && cause instanceof UnknownTopicOrPartitionException) {
                                log.miss();
                            } else if (failure == null) {
                                log.partitions = countOf(topics, topic);
                                if (log.mayBeMissing()) {
                                    askForBegins(topic, log);
                                }
                                // Its ends are asked for at once.
                                newcomers.release();
                            } else if (log.partitions == 0
                                    && System.nanoTime() - log.bornNanos > NEW_NANOS_MAX) {
                                log.failed = true;
                            }
                        });
    }

    /** A mapped topic may have lost its first records before anybody read them. */
    private void askForBegins(String topic, TopicLog log) {
        Map<TopicPartition, OffsetSpec> asked = new HashMap<>();
        for (int i = 0; i < log.partitions; i++) {
            asked.put(new TopicPartition(topic, i), OffsetSpec.earliest());
        }
        admin.listOffsets(asked)
                .all()
                .toCompletionStage()
                .thenAccept(
                        found -> {
                            Map<Integer, Long> begins = new HashMap<>();
                            found.forEach(
                                    (partition, begin) ->
                                            begins.put(partition.partition(), begin.offset()));
                            log.begins = begins;
                        });
    }

    /** Where mapped topics begin. */
    private Map<TopicPartition, Long> begins(CollectionDefinition collection, Set<String> topics) {
        Map<TopicPartition, Long> begins = new HashMap<>();
        for (String topic : topics) {
            TopicLog log = logs.get(topic);
            if (log != null && !topic.equals(collection.topic())) {
                log.begins.forEach(
                        (partition, begin) ->
                                begins.put(new TopicPartition(topic, partition), begin));
            }
        }
        return begins;
    }

    private static boolean isUnknown(Throwable failure) {
        Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
        return cause instanceof UnknownTopicOrPartitionException;
    }

    private static int countOf(Map<String, TopicDescription> topics, String topic) {
        return Objects.requireNonNull(topics.get(topic)).partitions().stream()
                        .mapToInt(TopicPartitionInfo::partition)
                        .max()
                        .orElse(-1)
                + 1;
    }

    private void raise(TopicPartition partition, ListOffsetsResultInfo end) {
        TopicLog log = logs.get(partition.topic());
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
}
