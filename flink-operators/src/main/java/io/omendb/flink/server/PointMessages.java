package io.omendb.flink.server;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.omendb.index.shard.Hit;
import io.omendb.protocol.v1.Include;
import io.omendb.protocol.v1.Point;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Points as messages. */
final class PointMessages {

    private PointMessages() {}

    static Point of(Hit hit, Include include) {
        Point.Builder point = Point.newBuilder().setId(hit.id()).setDistance(hit.distance());
        if (include.getMetadata()) {
            byte[] metadata = hit.metadata();
            if (metadata != null) {
                point.setMetadataJson(UnsafeByteOperations.unsafeWrap(metadata));
            }
            String text = hit.text();
            if (text != null) {
                point.setText(text);
            }
        }
        if (include.getVector()) {
            point.setVector(bytes(hit.vector()));
        }
        return point.build();
    }

    private static ByteString bytes(float[] vector) {
        ByteBuffer bytes =
                ByteBuffer.allocate(vector.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(vector);
        return UnsafeByteOperations.unsafeWrap(bytes);
    }
}
