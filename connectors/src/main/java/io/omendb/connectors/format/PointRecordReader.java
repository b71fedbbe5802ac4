package io.omendb.connectors.format;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.omendb.OmenException;
import io.omendb.record.PatchJson;
import io.omendb.record.Point;
import io.omendb.record.PointColumns;
import io.omendb.record.PointJson;
import io.omendb.record.PointPatch;
import io.omendb.record.StrictJson;
import io.omendb.record.arrow.ArrowPoints;
import io.omendb.schema.CollectionSchema;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads a point, or a change of one, from a Kafka record. Stateless. */
public final class PointRecordReader {

    private PointRecordReader() {}

    /**
     * Reads a record that holds one point.
     *
     * @param headers the record's headers; of several with one name the last
     * @param format the record's format
     * @throws OmenException MALFORMED saying what was found and what is expected
     */
    public static Point read(
            byte @Nullable [] key, byte[] value, Map<String, byte[]> headers, RecordFormat format) {
        return switch (format) {
            case JSON -> readJson(key, value);
            case F32 -> readFloats(key, value, headers.get(RecordFormat.METADATA_HEADER));
            case ARROW, PATCH -> throw new IllegalArgumentException("not one point");
        };
    }

    /**
     * Reads a record of format {@code patch}.
     *
     * @throws OmenException MALFORMED saying what was found and what is expected
     */
    public static PointPatch readPatch(byte @Nullable [] key, byte[] value) {
        return PatchJson.read(value, id(key));
    }

    /**
     * Reads and checks a record that holds many points.
     *
     * @throws OmenException MALFORMED or INVALID as {@link ArrowPoints#read} has it, or if the
     *     record has a key: the points have ids of their own
     */
    public static PointColumns readArrow(
            byte @Nullable [] key, byte[] value, CollectionSchema schema) {
        if (key != null) {
            throw OmenException.malformed(
                    "key: found one, expected none, as format arrow holds many points");
        }
        return ArrowPoints.read(value, schema);
    }

    /**
     * The id that a record's key is.
     *
     * @throws OmenException MALFORMED if there is no key or it is not UTF-8
     */
    public static String id(byte @Nullable [] key) {
        if (key == null) {
            throw OmenException.malformed("key: found none, expected the id");
        }
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(key)).toString();
        } catch (CharacterCodingException e) {
            throw OmenException.malformed("key: not UTF-8, expected the id");
        }
    }

    private static Point readJson(byte @Nullable [] key, byte[] value) {
        Point point = PointJson.read(value);
        String id = id(key);
        if (!id.equals(point.id())) {
            throw OmenException.malformed(
                    "id: found \"" + point.id() + "\", expected the record's key \"" + id + "\"");
        }
        return point;
    }

    private static Point readFloats(
            byte @Nullable [] key, byte[] value, byte @Nullable [] metadata) {
        if (value.length % Float.BYTES != 0) {
            throw OmenException.malformed(
                    "value: found "
                            + value.length
                            + " bytes, expected float32 components of 4 bytes each");
        }
        float[] vector = new float[value.length / Float.BYTES];
        ByteBuffer.wrap(value).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(vector);
        ObjectNode object =
                metadata == null
                        ? null
                        : StrictJson.object(metadata, "header " + RecordFormat.METADATA_HEADER);
        return new Point(id(key), vector, object, null, null, null);
    }
}
