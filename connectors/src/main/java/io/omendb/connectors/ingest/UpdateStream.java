package io.omendb.connectors.ingest;

import io.omendb.OmenException;
import io.omendb.connectors.format.PointRecordReader;
import io.omendb.connectors.format.RecordFormat;
import io.omendb.flink.update.ShardUpdate;
import io.omendb.flink.update.ShardUpdate.Define;
import io.omendb.flink.update.ShardUpdate.Delete;
import io.omendb.flink.update.ShardUpdate.Drop;
import io.omendb.flink.update.ShardUpdate.Patch;
import io.omendb.flink.update.ShardUpdate.Position;
import io.omendb.flink.update.ShardUpdate.Progress;
import io.omendb.flink.update.ShardUpdate.Upsert;
import io.omendb.index.segment.IdHash;
import io.omendb.protocol.catalogue.GenerationHeader;
import io.omendb.record.Point;
import io.omendb.record.PointPatch;
import io.omendb.record.PointRules;
import io.omendb.schema.CollectionDefinition;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.apache.kafka.common.TopicPartition;

/**
 * Turns records into updates. Everything that concerns all subtasks (collections, progress) goes
 * through the same stream as the points, so that it keeps its place among them: a collection is
 * defined before its first point, and a progress marker comes after the points it speaks of. Used
 * by the task thread.
 */
final class UpdateStream {
    private final Routes routes;
    private final LogContinuity continuity;
    private final long[] keyGroupKeys;
    private final long[] subtaskKeys;
    private final BatchSplit batches;
    private final Consumer<ShardUpdate> updates;
    private final Consumer<DeadLetter> deadLetters;

    /** The newest generation told of each collection. */
    private final Map<String, Long> defined = new HashMap<>();

    private final Map<String, Long> dropped = new HashMap<>();

    private final Map<String, Source> sources = new HashMap<>();

    /** The catalogue of which every change was told. */
    private long announcedVersion = -1;

    /** A partition that records were read from since the start. */
    private static final class Source {
        private final String name;
        private final TopicPartition partition;
        private long offset = -1;
        private long timestampMs;
        private boolean moved;

        private Source(String name, TopicPartition partition) {
            this.name = name;
            this.partition = partition;
        }
    }

    /**
     * A stream of updates.
     *
     * @param keyGroupKeys a key per key group, for what must arrive whatever the parallelism
     * @param subtaskKeys a key per subtask, for what is sent often
     */
    UpdateStream(
            Routes routes,
            LogContinuity continuity,
            long[] keyGroupKeys,
            long[] subtaskKeys,
            Consumer<ShardUpdate> updates,
            Consumer<DeadLetter> deadLetters) {
        this.routes = routes;
        this.continuity = continuity;
        this.keyGroupKeys = keyGroupKeys;
        this.subtaskKeys = subtaskKeys;
        this.batches = new BatchSplit(subtaskKeys, keyGroupKeys.length, updates);
        this.updates = updates;
        this.deadLetters = deadLetters;
    }

    /**
     * Takes a record. One that cannot be read becomes a dead letter; one of a dropped collection is
     * passed over, as is one for an earlier generation; one before which others are missing fails
     * the job, unless it is to go on.
     */
    void accept(RawRecord record) {
        Source source = sources.get(record.topic() + "-" + record.partition());
        if (source == null) {
            source = source(new TopicPartition(record.topic(), record.partition()));
        }
        long generation = GenerationHeader.in(record.headers());
        Routes.Route route = routes.of(record.topic(), generation);
        if (continuity.read(source.partition, record.offset(), route.definition())) {
            route = routes.of(record.topic(), generation);
        }
        CollectionDefinition definition = route.definition();
        if (definition != null && isLate(definition, record, generation)) {
            deadLetters.accept(
                    DeadLetter.of(
                            definition.deadLetterTopic(),
                            record,
                            "written for a collection of this name that was dropped before"));
        } else if (definition != null && isFor(definition, record, generation)) {
            announce(definition);
            Position position = new Position(source.name, record.offset(), record.timestampMs());
            try {
                accept(record, position, definition, route);
            } catch (OmenException e) {
                deadLetters.accept(
                        DeadLetter.of(
                                definition.deadLetterTopic(),
                                record,
                                Objects.requireNonNullElse(e.getMessage(), e.code().name())));
            }
        }
        source.offset = record.offset();
        source.timestampMs = record.timestampMs();
        source.moved = true;
    }

    /**
     * What a checkpoint holds was read and applied up to here, by whichever subtask; all are told
     * with the next tick.
     *
     * @param next offset of the next record
     */
    void resume(TopicPartition partition, long next) {
        if (next > 0 && routes.of(partition.topic(), 0).definition() != null) {
            Source source = source(partition);
            source.offset = Math.max(source.offset, next - 1);
            source.moved = true;
        }
    }

    private Source source(TopicPartition partition) {
        return sources.computeIfAbsent(
                partition.topic() + "-" + partition.partition(),
                name -> new Source(name, partition));
    }

    /** Tells all subtasks what was read since the last tick, and follows the catalogue. */
    void tick() {
        routes.refresh();
        if (routes.version() != announcedVersion) {
            announcedVersion = routes.version();
            routes.dropped().forEach(this::announceDrop);
            routes.definitions().values().forEach(this::announce);
        }
        for (Source source : sources.values()) {
            if (source.moved) {
                source.moved = false;
                Position position = new Position(source.name, source.offset, source.timestampMs);
                for (long key : subtaskKeys) {
                    updates.accept(new Progress(key, position));
                }
            }
        }
    }

    /**
     * Offsets and generations of a mapped topic have nothing to do with those of the collection's
     * own, where a writer may not have heard yet that the collection was made again.
     */
    private static boolean isFor(
            CollectionDefinition definition, RawRecord record, long generation) {
        return !record.topic().equals(definition.topic())
                || definition.covers(record.partition(), record.offset())
                        && (generation == 0 || generation >= definition.generation());
    }

    /**
     * Whether it was written after the collection was made again, by somebody who had not heard of
     * it: Kafka has acknowledged it, so it is not to vanish without a word.
     */
    private static boolean isLate(
            CollectionDefinition definition, RawRecord record, long generation) {
        return record.topic().equals(definition.topic())
                && definition.covers(record.partition(), record.offset())
                && generation != 0
                && generation < definition.generation();
    }

    private void accept(
            RawRecord record,
            Position position,
            CollectionDefinition definition,
            Routes.Route route) {
        byte[] value = record.value();
        RecordFormat format = RecordFormat.of(record.headers(), route.format());
        if (value != null && format == RecordFormat.ARROW) {
            batches.split(
                    PointRecordReader.readArrow(record.key(), value, definition.schema()),
                    definition,
                    position);
        } else {
            updates.accept(update(record, position, definition, format));
        }
    }

    private static ShardUpdate update(
            RawRecord record,
            Position position,
            CollectionDefinition definition,
            RecordFormat format) {
        byte[] value = record.value();
        if (value == null) {
            String id = PointRecordReader.id(record.key());
            PointRules.checkId(id);
            byte[] bytes = id.getBytes(StandardCharsets.UTF_8);
            return new Delete(
                    definition.name(), definition.generation(), IdHash.of(bytes), bytes, position);
        }
        if (format == RecordFormat.PATCH) {
            PointPatch patch = PointRecordReader.readPatch(record.key(), value);
            PointRules.check(definition.schema(), patch);
            return new Patch(
                    definition.name(),
                    definition.generation(),
                    IdHash.of(patch.id().getBytes(StandardCharsets.UTF_8)),
                    position,
                    patch);
        }
        Point point = PointRecordReader.read(record.key(), value, record.headers(), format);
        PointRules.check(definition.schema(), point);
        byte[] id = point.id().getBytes(StandardCharsets.UTF_8);
        String text = point.text();
        return new Upsert(
                definition.name(),
                definition.generation(),
                IdHash.of(id),
                id,
                position,
                point.vector(),
                point.metadataJson(),
                text == null ? null : text.getBytes(StandardCharsets.UTF_8),
                point.sparse());
    }

    private void announce(CollectionDefinition definition) {
        if (isNews(defined, definition.name(), definition.generation())) {
            for (long key : keyGroupKeys) {
                updates.accept(new Define(key, definition, routes.mappedTopics(definition.name())));
            }
        }
    }

    private void announceDrop(String name, long generation) {
        if (isNews(dropped, name, generation)) {
            for (long key : keyGroupKeys) {
                updates.accept(new Drop(key, name, generation));
            }
        }
    }

    private static boolean isNews(Map<String, Long> announced, String name, long generation) {
        Long known = announced.get(name);
        if (known != null && known >= generation) {
            return false;
        }
        announced.put(name, generation);
        return true;
    }
}
