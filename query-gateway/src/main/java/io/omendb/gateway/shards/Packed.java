package io.omendb.gateway.shards;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Vectors as the shard protocol has them: little-endian float32 components. */
public final class Packed {
    private Packed() {}

    public static ByteString of(float[] vector) {
        ByteBuffer bytes =
                ByteBuffer.allocate(vector.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(vector);
        return UnsafeByteOperations.unsafeWrap(bytes);
    }

    public static float[] vector(ByteString packed) {
        float[] vector = new float[packed.size() / Float.BYTES];
        packed.asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(vector);
        return vector;
    }
}
