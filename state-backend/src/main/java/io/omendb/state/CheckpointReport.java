package io.omendb.state;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.omendb.state.CheckpointImage.CollectionImage;
import io.omendb.state.CheckpointImage.SegmentImage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What a checkpoint holds, as it says itself.
 *
 * @param path its folder
 * @param checkpointId Flink's number
 * @param collections by name
 * @param subtasks everybody who wrote a part
 * @param applied by source, {@code topic-partition}: the offset up to which all subtasks had
 *     applied it
 */
public record CheckpointReport(
        @JsonProperty("path") String path,
        @JsonProperty("checkpoint_id") long checkpointId,
        @JsonProperty("collections") List<Collection> collections,
        @JsonProperty("subtasks") List<Subtask> subtasks,
        @JsonProperty("applied") Map<String, Long> applied) {

    /**
     * A collection.
     *
     * @param generation tells it from those of the same name that were dropped
     * @param rows rows alive
     * @param dead rows stored that are not
     * @param bytes bytes of its segments' files
     */
    public record Collection(
            @JsonProperty("name") String name,
            @JsonProperty("generation") long generation,
            @JsonProperty("dimension") int dimension,
            @JsonProperty("metric") String metric,
            @JsonProperty("topic") String topic,
            @JsonProperty("rows") long rows,
            @JsonProperty("dead") long dead,
            @JsonProperty("segments") int segments,
            @JsonProperty("bytes") long bytes) {}

    /** One subtask's part; key groups inclusive. */
    public record Subtask(
            @JsonProperty("operator") String operator,
            @JsonProperty("subtask") int subtask,
            @JsonProperty("key_groups") List<Integer> keyGroups,
            @JsonProperty("rows") long rows,
            @JsonProperty("segments") int segments) {}

    static CheckpointReport of(StoredCheckpoint checkpoint) {
        Map<String, Sum> sums = new TreeMap<>();
        List<Subtask> subtasks = new ArrayList<>();
        for (StoredCheckpoint.Part part : checkpoint.parts()) {
            long rows = 0;
            int segments = 0;
            for (CollectionImage collection : part.handle().image().collections()) {
                Sum sum =
                        sums.computeIfAbsent(
                                collection.definition().name()
                                        + '\n'
                                        + collection.definition().generation(),
                                key -> new Sum(collection));
                for (SegmentImage segment : collection.segments()) {
                    sum.add(segment);
                    rows += segment.rows() - segment.dead();
                    segments++;
                }
            }
            subtasks.add(
                    new Subtask(
                            part.operator(),
                            part.subtask(),
                            List.of(
                                    part.handle().keyGroups().getStartKeyGroup(),
                                    part.handle().keyGroups().getEndKeyGroup()),
                            rows,
                            segments));
        }
        return new CheckpointReport(
                checkpoint.path().toString(),
                checkpoint.checkpointId(),
                sums.values().stream().map(Sum::collection).toList(),
                subtasks,
                applied(checkpoint.parts()));
    }

    private static Map<String, Long> applied(List<StoredCheckpoint.Part> parts) {
        Map<String, Long> lowest = new TreeMap<>();
        Map<String, Integer> seen = new HashMap<>();
        for (StoredCheckpoint.Part part : parts) {
            part.handle()
                    .image()
                    .applied()
                    .forEach(
                            (source, position) -> {
                                lowest.merge(source, position.offset(), Math::min);
                                seen.merge(source, 1, Integer::sum);
                            });
        }
        // A subtask that never heard of a source has applied nothing of it.
        lowest.replaceAll(
                (source, offset) -> seen.getOrDefault(source, 0) < parts.size() ? -1L : offset);
        return lowest;
    }

    /** A segment that subtasks share after a rescale counts once; each has its own rows alive. */
    private static final class Sum {
        private final CollectionImage image;
        private final Set<String> segments = new HashSet<>();
        private long stored;
        private long alive;
        private long bytes;

        Sum(CollectionImage image) {
            this.image = image;
        }

        void add(SegmentImage segment) {
            alive += segment.rows() - segment.dead();
            if (segments.add(segment.id())) {
                stored += segment.rows();
                bytes += segment.bytes();
            }
        }

        Collection collection() {
            return new Collection(
                    image.definition().name(),
                    image.definition().generation(),
                    image.definition().schema().dimension(),
                    image.definition().schema().metric().apiName(),
                    image.definition().topic(),
                    alive,
                    stored - alive,
                    segments.size(),
                    bytes);
        }
    }
}
