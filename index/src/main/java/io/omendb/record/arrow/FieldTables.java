package io.omendb.record.arrow;

import io.omendb.OmenException;
import java.nio.ByteBuffer;
import org.apache.arrow.flatbuf.Field;
import org.apache.arrow.flatbuf.KeyValue;
import org.apache.arrow.flatbuf.Schema;
import org.apache.arrow.flatbuf.Timestamp;
import org.apache.arrow.flatbuf.Type;
import org.apache.arrow.flatbuf.Union;
import org.jspecify.annotations.Nullable;

/**
 * Checks that a schema describes hardly more than there is of it. What a flatbuffer holds is found
 * by offsets, and nothing keeps many of them from leading to one place: a field that is its own
 * child, or a thousand children that are one field with a thousand children, are a few bytes that
 * become objects without end. So every table and string counts as often as it is referred to, and
 * may in all count a few times the message's length: writers store equal strings once, at best.
 */
final class FieldTables {
    private static final int DEPTH_MAX = 64;

    /** Of a table; each has more, its offsets included. */
    private static final int TABLE_BYTES = 8;

    private static final long COUNTED_PER_BYTE = 4;

    private long left;

    private FieldTables(long bytes) {
        this.left = COUNTED_PER_BYTE * bytes;
    }

    /**
     * Checks a schema.
     *
     * @param bytes length of the message that holds it
     * @throws OmenException MALFORMED if it describes more, or is nested too deep
     */
    static void check(@Nullable Schema schema, int bytes) {
        if (schema == null) {
            return; // which Arrow refuses
        }
        FieldTables tables = new FieldTables(bytes);
        for (int i = 0; i < schema.customMetadataLength(); i++) {
            tables.take(schema.customMetadata(i));
        }
        for (int i = 0; i < schema.fieldsLength(); i++) {
            tables.take(schema.fields(i), 1);
        }
    }

    private void take(@Nullable Field field, int depth) {
        if (field == null) {
            throw tooMuch();
        }
        if (depth > DEPTH_MAX) {
            throw OmenException.malformed(
                    "arrow: found columns nested deeper than " + DEPTH_MAX + " levels");
        }
        take(TABLE_BYTES);
        take(field.nameAsByteBuffer());
        if (field.typeType() == Type.Timestamp
                && field.type(new Timestamp()) instanceof Timestamp timestamp) {
            take(timestamp.timezoneAsByteBuffer());
        }
        if (field.typeType() == Type.Union && field.type(new Union()) instanceof Union union) {
            take((long) union.typeIdsLength() * Integer.BYTES);
        }
        for (int i = 0; i < field.customMetadataLength(); i++) {
            take(field.customMetadata(i));
        }
        for (int i = 0; i < field.childrenLength(); i++) {
            take(field.children(i), depth + 1);
        }
    }

    private void take(@Nullable KeyValue pair) {
        take(TABLE_BYTES);
        if (pair != null) {
            take(pair.keyAsByteBuffer());
            take(pair.valueAsByteBuffer());
        }
    }

    private void take(@Nullable ByteBuffer string) {
        take(string == null ? 0 : string.remaining());
    }

    private void take(long bytes) {
        left -= bytes;
        if (left < 0) {
            throw tooMuch();
        }
    }

    private static OmenException tooMuch() {
        return OmenException.malformed(
                "arrow: found a schema whose tables refer to others over and over");
    }
}
