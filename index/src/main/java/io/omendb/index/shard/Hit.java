package io.omendb.index.shard;

import io.omendb.index.segment.Segment;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * A row found. It stays readable as long as it is held, whatever happens to the shard.
 *
 * @param segment where the row is
 * @param row its ordinal there
 * @param distance reported distance; 0 where no query was compared
 */
public record Hit(Segment segment, int row, float distance) {

    public String id() {
        return segment.rows().idString(row);
    }

    /** Metadata JSON object, UTF-8, or null. */
    public byte @Nullable [] metadata() {
        return segment.rows().metadata(row);
    }

    /** The text or null. */
    public @Nullable String text() {
        byte[] text = segment.rows().text(row);
        return text == null ? null : new String(text, StandardCharsets.UTF_8);
    }

    /** A copy of the vector as stored: of unit length under the cosine metric. */
    public float[] vector() {
        float[] vector = new float[segment.schema().dimension()];
        segment.vectors().read(row, 1, vector, 0);
        return vector;
    }
}
