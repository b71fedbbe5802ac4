package io.omendb.gateway.write;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.omendb.OmenException;
import io.omendb.record.Point;
import io.omendb.record.PointBatch;
import io.omendb.record.PointBatch.BadPoint;
import io.omendb.record.StrictJson;
import io.omendb.v1.SparseVector;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads the points of a message. */
final class PointMessages {
    private PointMessages() {}

    static PointBatch read(List<io.omendb.v1.Point> messages, int pointsMax) {
        PointBatch.checkCount(messages.size(), pointsMax);
        PointBatch batch = new PointBatch(new ArrayList<>(messages.size()), new ArrayList<>());
        for (int i = 0; i < messages.size() && batch.bad().size() < PointBatch.BAD_MAX; i++) {
            try {
                batch.points().add(point(messages.get(i)));
            } catch (OmenException e) {
                batch.bad().add(new BadPoint(i, e));
            }
        }
        return batch;
    }

    private static Point point(io.omendb.v1.Point message) {
        float[] vector = new float[message.getVectorCount()];
        for (int i = 0; i < vector.length; i++) {
            vector[i] = message.getVector(i);
        }
        return new Point(
                message.getId(),
                vector,
                metadata(message.getMetadataJson()),
                message.hasText() ? message.getText() : null,
                message.hasSparse() ? indices(message.getSparse()) : null,
                message.hasSparse() ? values(message.getSparse()) : null);
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
        float[] values = new float[sparse.getValuesCount()];
        for (int i = 0; i < values.length; i++) {
            values[i] = sparse.getValues(i);
        }
        return values;
    }
}
