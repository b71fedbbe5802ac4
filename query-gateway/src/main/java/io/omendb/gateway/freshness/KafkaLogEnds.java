package io.omendb.gateway.freshness;

import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.schema.CollectionDefinition;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jspecify.annotations.Nullable;

/**
 * The ends of the logs of collections in use, as {@link LogWatch} knows them, and raised at once by
 * what this gateway writes itself. Safe for use by any thread.
 */
final class KafkaLogEnds implements LogEnds {
    private static final long FIRST_ANSWER_MS_MAX = 1_000;

    private final RenewedAdmin admin;
    private final MappedTopics mapped;
    private final LogTails tails;
    private final LogWatch watch;

    private KafkaLogEnds(RenewedAdmin admin, MappedTopics mapped, LogTails tails, LogWatch watch) {
        this.admin = admin;
        this.mapped = mapped;
        this.tails = tails;
        this.watch = watch;
    }

    static KafkaLogEnds open(Map<String, Object> kafka, MappedTopics mapped) {
        Map<String, Object> config = new HashMap<>(kafka);
        config.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, 3_000);
        config.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, 3_000);
        RenewedAdmin admin = new RenewedAdmin(config);
        LogTails tails = new LogTails(kafka);
        return new KafkaLogEnds(admin, mapped, tails, LogWatch.start(admin, tails));
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
                    watch.log(topic, partitionsMin).read = true;
                    return of(topic, partitionsMin);
                });
    }

    @Override
    public CompletableFuture<Ends> of(CollectionDefinition collection, long ageMs) {
        return all(
                collection,
                topic -> {
                    TopicLog log = watch.log(topic, partitionsMin(collection, topic));
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
        TopicLog log = watch.log(topic, partitionsMin);
        if (log.first.isDone() || log.failed || watch.isAway()) {
            // Where Kafka could not tell so far, who asks need not wait to hear it again.
            return CompletableFuture.completedFuture(log.known());
        }
        watch.hurry();
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
        TopicLog log = watch.known(token.topic());
        // Nobody but Kafka is believed that there is such a partition.
        return log != null && log.ends.containsKey(token.partition())
                ? tails.last(new TopicPartition(token.topic(), token.partition()), token.offset())
                : CompletableFuture.completedFuture(token.offset());
    }

    private CompletableFuture<@Nullable Map<Integer, Long>> ask(String topic, TopicLog log) {
        Admin asked;
        try {
            asked = admin.get();
        } catch (KafkaException e) {
            return CompletableFuture.failedFuture(untold(topic, e));
        }
        CompletionStage<Integer> count =
                log.partitions() > 0
                        ? CompletableFuture.completedFuture(log.partitions())
                        : asked.describeTopics(List.of(topic))
                                .allTopicNames()
                                .toCompletionStage()
                                .thenApply(topics -> LogWatch.countOf(topics, topic));
        return count.thenCompose(
                        known -> {
                            Map<TopicPartition, OffsetSpec> ends = new HashMap<>();
                            for (int i = 0; i < known; i++) {
                                ends.put(new TopicPartition(topic, i), OffsetSpec.latest());
                            }
                            return asked.listOffsets(ends, LogWatch.committed())
                                    .all()
                                    .toCompletionStage();
                        })
                .handle(
                        (found, failure) -> {
                            admin.heard(failure);
                            if (failure != null && log.mayBeMissing() && isUnknown(failure)) {
                                return Map.<Integer, Long>of();
                            }
                            if (failure != null) {
                                throw untold(topic, failure);
                            }
                            watch.tell(topic, found);
                            Map<Integer, Long> ends = new HashMap<>();
                            found.forEach(
                                    (partition, end) ->
                                            ends.put(partition.partition(), end.offset()));
                            return ends;
                        })
                .toCompletableFuture();
    }

    private static OmenException untold(String topic, Throwable failure) {
        return new OmenException(
                ErrorCode.UNAVAILABLE,
                "Kafka does not tell where the log of " + topic + " ends: " + failure.getMessage(),
                failure);
    }

    @Override
    public void written(String topic, int partition, long offset) {
        TopicLog log = watch.known(topic);
        if (log != null && log.first.isDone()) {
            log.ends.merge(partition, offset + 1, Math::max);
        }
    }

    /** Where mapped topics begin. */
    private Map<TopicPartition, Long> begins(CollectionDefinition collection, Set<String> topics) {
        Map<TopicPartition, Long> begins = new HashMap<>();
        for (String topic : topics) {
            TopicLog log = watch.known(topic);
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

    @Override
    public void close() {
        watch.close();
        tails.close();
        admin.close();
    }
}
