package io.omendb.flink;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.omendb.flink.update.ShardUpdate;
import io.omendb.flink.update.ShardUpdate.Delete;
import io.omendb.flink.update.ShardUpdate.Position;
import io.omendb.flink.update.ShardUpdate.Upsert;
import io.omendb.index.segment.IdHash;
import io.omendb.record.Point;
import io.omendb.record.PointRules;
import io.omendb.schema.CollectionDefinition;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.util.Collector;
import org.jspecify.annotations.Nullable;

/** Turns elements into updates. */
final class UpdateExtractor<T> extends ProcessFunction<T, ShardUpdate> {
    private static final long serialVersionUID = 1;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final CollectionDefinition definition;
    private final OmenSink.Extractors<T> extractors;

    UpdateExtractor(CollectionDefinition definition, OmenSink.Extractors<T> extractors) {
        this.definition = definition;
        this.extractors = extractors;
    }

    @Override
    public void processElement(T element, Context context, Collector<ShardUpdate> out) {
        String id = extractors.id().apply(element);
        PointRules.checkId(id);
        byte[] idBytes = id.getBytes(StandardCharsets.UTF_8);
        long hash = IdHash.of(idBytes);
        float[] vector = extractors.vector().apply(element);
        String collection = definition.name();
        long generation = definition.generation();
        if (vector == null) {
            out.collect(new Delete(collection, generation, hash, idBytes, Position.NONE));
            return;
        }
        String text = extractors.text() == null ? null : extractors.text().apply(element);
        Point point = new Point(id, vector, metadata(element), text, null, null);
        PointRules.check(definition.schema(), point);
        PointRules.checkNorm(definition.schema(), "vector", vector);
        out.collect(
                new Upsert(
                        collection,
                        generation,
                        hash,
                        idBytes,
                        Position.NONE,
                        vector,
                        point.metadataJson(),
                        text == null ? null : text.getBytes(StandardCharsets.UTF_8)));
    }

    private @Nullable ObjectNode metadata(T element) {
        if (extractors.metadata() == null) {
            return null;
        }
        Map<String, Object> metadata = extractors.metadata().apply(element);
        return metadata == null ? null : JSON.valueToTree(metadata);
    }
}
