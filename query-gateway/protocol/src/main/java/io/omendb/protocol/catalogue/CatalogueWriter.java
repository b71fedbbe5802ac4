package io.omendb.protocol.catalogue;

import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.schema.CollectionDefinition;
import io.omendb.schema.CollectionSchema;
import io.omendb.schema.SchemaJson;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.kafka.clients.CommonClientConfigs;
import org.jspecify.annotations.Nullable;

/**
 * Creates and drops collections. Every change is one compare-and-set on the catalogue (see {@link
 * CatalogueTransaction}), so gateways that race agree on who was first. Blocks; safe for use by
 * several threads, which take turns.
 */
public final class CatalogueWriter implements AutoCloseable {
    private static final Duration CATCH_UP = Duration.ofSeconds(15);
    private static final int ATTEMPTS_MAX = 10;
    private static final long CLOSE_SECONDS_MAX = 5;

    /**
     * Their topics would be the catalogue's and the registry of Chroma's interface to Kafka, in
     * whose names a dot is an underscore.
     */
    private static final Set<String> RESERVED = Set.of("catalogue", "chroma");

    /** For the same reason {@code x_dlq} and the dead letters of {@code x} are one topic. */
    private static final String DEAD_LETTERS = "_dlq";

    /**
     * What became of a creation.
     *
     * @param definition what the catalogue says now
     * @param created false where the same collection existed
     */
    public record CreateResult(CollectionDefinition definition, boolean created) {}

    private final Map<String, Object> kafka;
    private final CatalogueFollower follower;
    private final Clock clock;
    private final ReentrantLock turn = new ReentrantLock();

    private CatalogueWriter(Map<String, Object> kafka, CatalogueFollower follower, Clock clock) {
        this.kafka = kafka;
        this.follower = follower;
        this.clock = clock;
    }

    /** Opens a writer for the catalogue of a Kafka cluster that the follower follows. */
    public static CatalogueWriter open(String bootstrapServers, CatalogueFollower follower) {
        return open(
                Map.of(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers), follower);
    }

    /** Opens a writer with Kafka client settings, such as those for security. */
    public static CatalogueWriter open(Map<String, Object> kafka, CatalogueFollower follower) {
        return open(kafka, follower, Clock.systemUTC());
    }

    static CatalogueWriter open(
            Map<String, Object> kafka, CatalogueFollower follower, Clock clock) {
        return new CatalogueWriter(Map.copyOf(kafka), follower, clock);
    }

    /**
     * Creates a collection, its topic and its dead-letter topic. All three are there when this
     * returns, so that points may be sent at once.
     *
     * @throws OmenException CONFLICT if a collection of this name has another schema, or one of
     *     another name has topics that Kafka takes for this one's; INVALID if OmenDB needs the name
     *     itself; UNAVAILABLE if Kafka does not answer
     */
    public CreateResult create(CollectionSchema schema) throws InterruptedException {
        CollectionDefinition existing = existing(schema.name());
        if (existing != null) {
            return new CreateResult(requireSame(existing, schema), false);
        }
        turn.lockInterruptibly();
        try {
            return untilUncontended(() -> tryCreate(schema));
        } finally {
            turn.unlock();
        }
    }

    /**
     * Programs create what they need whenever they start: by far most often it is there, and a
     * transaction would keep others from theirs.
     */
    private @Nullable CollectionDefinition existing(String name) {
        if (!follower.current().containsKey(name)) {
            return null;
        }
        follower.awaitCaughtUp(CATCH_UP);
        return follower.current().get(name);
    }

    private @Nullable CreateResult tryCreate(CollectionSchema schema) throws InterruptedException {
        long written;
        // Clients of this change's own, which know the password as it is now.
        try (CatalogueTransaction transaction = CatalogueTransaction.begin(kafka);
                Topics topics = Topics.open(kafka)) {
            follower.awaitCaughtUp(CATCH_UP);
            CatalogueSnapshot catalogue = follower.snapshot();
            CollectionDefinition existing = catalogue.live().get(schema.name());
            if (existing != null) {
                return new CreateResult(requireSame(existing, schema), false);
            }
            requireFree(schema.name(), catalogue.live().keySet());
            String topic = CollectionDefinition.defaultTopic(schema.name());
            topics.ensure(topic, schema.partitions());
            CollectionDefinition definition =
                    new CollectionDefinition(
                            schema,
                            topic,
                            Math.max(clock.millis(), catalogue.generationOf(schema.name()) + 1),
                            withoutZeros(topics.endOffsets(topic)));
            topics.ensure(definition.deadLetterTopic(), 1);
            written = transaction.commit(CatalogueRecord.created(definition));
            if (written == CatalogueTransaction.FENCED) {
                return null;
            }
        }
        follower.awaitRead(written, CATCH_UP);
        CollectionDefinition now = follower.current().get(schema.name());
        if (now == null) {
            throw new OmenException(
                    ErrorCode.CONFLICT,
                    "Collection " + schema.name() + " was dropped while it was being created.");
        }
        return new CreateResult(requireSame(now, schema), true);
    }

    /**
     * Drops a collection and purges its topic, which stays (see {@link CollectionDefinition}).
     *
     * @throws OmenException NOT_FOUND if there is none
     */
    public CollectionDefinition drop(String name) throws InterruptedException {
        turn.lockInterruptibly();
        try {
            return untilUncontended(() -> tryDrop(name));
        } finally {
            turn.unlock();
        }
    }

    private @Nullable CollectionDefinition tryDrop(String name) throws InterruptedException {
        try (Topics topics = Topics.open(kafka)) {
            return tryDrop(name, topics);
        }
    }

    private @Nullable CollectionDefinition tryDrop(String name, Topics topics)
            throws InterruptedException {
        CollectionDefinition dropped;
        Map<Integer, Long> ends;
        long written;
        try (CatalogueTransaction transaction = CatalogueTransaction.begin(kafka)) {
            follower.awaitCaughtUp(CATCH_UP);
            dropped = follower.current().get(name);
            if (dropped == null) {
                throw new OmenException(
                        ErrorCode.NOT_FOUND, "Collection " + name + " does not exist.");
            }
            // Before the commit: what a successor of this name writes must not be purged.
            ends = topics.endOffsets(dropped.topic());
            written = transaction.commit(CatalogueRecord.dropped(dropped));
            if (written == CatalogueTransaction.FENCED) {
                return null;
            }
        }
        follower.awaitRead(written, CATCH_UP);
        topics.purge(dropped.topic(), ends);
        return dropped;
    }

    private interface Attempt<T> {
        /** Null where another writer came between. */
        @Nullable T run() throws InterruptedException;
    }

    private static <T> T untilUncontended(Attempt<T> attempt) throws InterruptedException {
        for (int i = 0; i < ATTEMPTS_MAX; i++) {
            T result = attempt.run();
            if (result != null) {
                return result;
            }
        }
        throw new OmenException(
                ErrorCode.UNAVAILABLE,
                "Other gateways kept changing the catalogue; nothing was changed by this request,"
                        + " try again.");
    }

    /** Whether no collection can be made with this name; there may be one from before it was. */
    public static boolean isReserved(String name) {
        return RESERVED.contains(name);
    }

    private static void requireFree(String name, Set<String> live) {
        if (isReserved(name)) {
            throw OmenException.invalid(
                    "collection name: found \""
                            + name
                            + "\", which OmenDB needs itself, expected another");
        }
        for (String clash : live) {
            if (clash.equals(name + DEAD_LETTERS) || name.equals(clash + DEAD_LETTERS)) {
                throw new OmenException(
                        ErrorCode.CONFLICT,
                        "Collection "
                                + name
                                + " cannot be beside collection "
                                + clash
                                + ": to Kafka the topic of one is that of the other's dead letters"
                                + " (dots are underscores); choose another name.");
            }
        }
    }

    private static CollectionDefinition requireSame(
            CollectionDefinition existing, CollectionSchema schema) {
        if (existing.schema().equals(schema)) {
            return existing;
        }
        throw new OmenException(
                ErrorCode.CONFLICT,
                "Collection "
                        + schema.name()
                        + " exists with another schema: "
                        + SchemaJson.differences(existing.schema(), schema)
                        + ".");
    }

    private static Map<Integer, Long> withoutZeros(Map<Integer, Long> offsets) {
        Map<Integer, Long> kept = new TreeMap<>(offsets);
        kept.values().removeIf(offset -> offset == 0);
        return kept;
    }

    /** Waits for a change under way, five seconds at most: the last thing of a drop is to purge. */
    @Override
    public void close() {
        try {
            if (turn.tryLock(CLOSE_SECONDS_MAX, TimeUnit.SECONDS)) {
                turn.unlock();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
