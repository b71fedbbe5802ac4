package io.omendb.gateway.freshness;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import io.omendb.protocol.kafka.KafkaErrors;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks Kafka every {@value #PERIOD_MS} ms where the logs in use end, on the thread {@code
 * omen-gateway-log-ends}, and keeps what it told. A log is in use while somebody asks for it. Safe
 * for use by any thread; the Kafka clients stay their owner's to close.
 */
final class LogWatch implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LogWatch.class);
    private static final long PERIOD_MS = 200;
    private static final long IDLE_NANOS_MAX = TimeUnit.SECONDS.toNanos(30);
    private static final int DESCRIBE_EVERY = 50;

    /** How long a broker may not know yet of a topic that was just made. */
    private static final long NEW_NANOS_MAX = TimeUnit.MILLISECONDS.toNanos(500);

    private static final long CLOSE_WAIT_MS_MAX = 5_000;

    private final RenewedAdmin admin;
    private final LogTails tails;
    private final Map<String, TopicLog> logs = new ConcurrentHashMap<>();
    private final Semaphore newcomers = new Semaphore(0);
    private final Thread thread = new Thread(this::run, "omen-gateway-log-ends");
    private volatile boolean closed;
    private volatile boolean away;
    private @Nullable String problem;

    private LogWatch(RenewedAdmin admin, LogTails tails) {
        this.admin = admin;
        this.tails = tails;
    }

    /** Starts to watch. */
    static LogWatch start(RenewedAdmin admin, LogTails tails) {
        LogWatch watch = new LogWatch(admin, tails);
        watch.thread.setDaemon(true);
        watch.thread.start();
        return watch;
    }

    /** Whether Kafka answered nothing at all the last time a topic was asked about. */
    boolean isAway() {
        return away;
    }

    /** Asks about logs that are not known yet without waiting for the next round. */
    void hurry() {
        newcomers.release();
    }

    /** What is known of a log that is in use; null for another. */
    @Nullable TopicLog known(String topic) {
        return logs.get(topic);
    }

    /**
     * What is known of a log, which is in use from now on.
     *
     * @param partitionsMin how many partitions it has at least, whatever was known of it before
     */
    TopicLog log(String topic, int partitionsMin) {
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

    /** Takes what Kafka told of some partitions of a log. */
    void tell(String topic, Map<TopicPartition, ListOffsetsResultInfo> found) {
        Map<Integer, Long> ends = new HashMap<>();
        found.forEach((partition, end) -> ends.put(partition.partition(), end.offset()));
        forgetIfShorter(topic, ends);
        found.forEach(this::raise);
    }

    private void run() {
        try {
            for (int round = 0; !closed; round++) {
                if (newcomers.tryAcquire(PERIOD_MS, TimeUnit.MILLISECONDS)) {
                    newcomers.drainPermits();
                }
                forgetIdle();
                admin.renewIfRefused();
                if (!logs.isEmpty()) {
                    ask(round % DESCRIBE_EVERY == 0);
                }
            }
        } catch (InterruptedException e) {
            closed = true; // only close() interrupts this thread
        }
    }

    private void ask(boolean describeAll) throws InterruptedException {
        Admin kafka;
        try {
            kafka = admin.get();
        } catch (KafkaException e) {
            if (!String.valueOf(e.getMessage()).equals(problem)) {
                problem = String.valueOf(e.getMessage());
                LOG.warn("Kafka cannot be asked where logs end: {}", KafkaErrors.reason(e));
            }
            logs.values().forEach(log -> log.failed = true);
            return;
        }
        problem = null;
        refresh(kafka, describeAll);
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
    private void refresh(Admin kafka, boolean describeAll) throws InterruptedException {
        Map<TopicPartition, OffsetSpec> asked = new HashMap<>();
        Map<String, List<TopicPartition>> byTopic = new HashMap<>();
        for (Map.Entry<String, TopicLog> entry : logs.entrySet()) {
            TopicLog log = entry.getValue();
            if (log.asked) {
                continue;
            }
            if ((describeAll || log.partitions == 0) && !log.described) {
                describe(kafka, entry.getKey(), log);
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
        ListOffsetsResult told = kafka.listOffsets(asked, committed());
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
                            admin.heard(failure);
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
    static ListOffsetsOptions committed() {
        return new ListOffsetsOptions(IsolationLevel.READ_COMMITTED);
    }

    /** Each topic by itself, and nobody waits for it. */
    private void describe(Admin kafka, String topic, TopicLog log) {
        log.described = true;
        kafka.describeTopics(List.of(topic))
                .allTopicNames()
                .toCompletionStage()
                .whenComplete(
                        (topics, failure) -> {
                            log.described = false;
                            admin.heard(failure);
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
                                    askForBegins(kafka, topic, log);
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
    private void askForBegins(Admin kafka, String topic, TopicLog log) {
        Map<TopicPartition, OffsetSpec> asked = new HashMap<>();
        for (int i = 0; i < log.partitions; i++) {
            asked.put(new TopicPartition(topic, i), OffsetSpec.earliest());
        }
        kafka.listOffsets(asked)
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

    static int countOf(Map<String, TopicDescription> topics, String topic) {
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
    }
}
