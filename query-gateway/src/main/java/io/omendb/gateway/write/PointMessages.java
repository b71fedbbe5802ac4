package io.omendb.gateway.write;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.omendb.OmenException;
import io.omendb.record.Point;
import io.omendb.record.PointBatch;
import io.omendb.record.PointBatch.BadPoint;
import io.omendb.record.PointPatch;
import io.omendb.record.PointPatch.Part;
import io.omendb.record.StrictJson;
import io.omendb.v1.SparseVector;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Reads the points of a message, and the patches. */
final class PointMessages {
    private PointMessages() {}

    static PointBatch<Point> read(List<io.omendb.v1.Point> messages, int pointsMax) {
        return read(messages, pointsMax, PointMessages::point);
    }

    static PointBatch<PointPatch> readPatches(
            List<io.omendb.v1.PointPatch> messages, int pointsMax) {
        return read(messages, pointsMax, PointMessages::patch);
    }

    private static <M, P> PointBatch<P> read(
            List<M> messages, int pointsMax, Function<M, P> reading) {
        PointBatch.checkCount(messages.size(), pointsMax);
        PointBatch<P> batch = new PointBatch<>(new ArrayList<>(messages.size()), new ArrayList<>());
        for (int i = 0; i < messages.size() && batch.bad().size() < PointBatch.BAD_MAX; i++) {
            try {
                batch.points().add(reading.apply(messages.get(i)));
            } catch (OmenException e) {
                batch.bad().add(new BadPoint(i, e));
            }
        }
        return batch;
    }

    private static PointPatch patch(io.omendb.v1.PointPatch message) {
        PointPatch patch =
                new PointPatch(
                        message.getId(),
                        floats(message.getVectorList()),
                        message.getRemoveMetadata() ? null : metadata(message.getMetadataJson()),
                        message.hasText() && !message.getRemoveText() ? message.getText() : null,
                        message.hasSparse() && !message.getRemoveSparse()
                                ? io.omendb.record.SparseVector.sent(
                                        indices(message.getSparse()), values(message.getSparse()))
                                : null,
                        removed(message));
        checkOneOf("metadata", message.getRemoveMetadata(), !message.getMetadataJson().isEmpty());
        checkOneOf("text", message.getRemoveText(), message.hasText());
        checkOneOf("sparse", message.getRemoveSparse(), message.hasSparse());
        if (patch.isEmpty()) {
            throw OmenException.malformed(
                    "patch: found nothing to change, expected one of vector, metadata_json, text,"
                            + " sparse, or what to remove");
        }
        return patch;
    }

    private static Set<Part> removed(io.omendb.v1.PointPatch message) {
        Set<Part> removed = EnumSet.noneOf(Part.class);
        if (message.getRemoveMetadata()) {
            removed.add(Part.METADATA);
        }
        if (message.getRemoveText()) {
            removed.add(Part.TEXT);
        }
        if (message.getRemoveSparse()) {
            removed.add(Part.SPARSE);
        }
        return removed;
    }

    private static void checkOneOf(String part, boolean removed, boolean given) {
        if (removed && given) {
            throw OmenException.malformed(
                    "remove_" + part + ": found it beside a new one, expected either");
        }
    }

    private static Point point(io.omendb.v1.Point message) {
        return new Point(
                message.getId(),
                floats(message.getVectorList()),
                metadata(message.getMetadataJson()),
                message.hasText() ? message.getText() : null,
                message.hasSparse() ? indices(message.getSparse()) : null,
                message.hasSparse() ? values(message.getSparse()) : null);
    }

    private static float[] floats(List<Float> values) {
        float[] floats = new float[values.size()];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = values.get(i);
        }
        return floats;
    }

    private static @Nullable ObjectNode metadata(String json) {
        return json.isEmpty()
                ? null
                : StrictJson.object(json.getBytes(StandardCharsets.UTF_8), "metadata_json");
    }

    private static int[] indices(SparseVector sparse) {
        int[] indices = new int[sparse.getIndicesCount()];
        for (int i = 0; i < indices.length; i++) {
            indices[i] = sparse.getIndices(i);
        }
        return indices;
    }

    private static float[] values(SparseVector sparse) {
        return floats(sparse.getValuesList());
    }
}
