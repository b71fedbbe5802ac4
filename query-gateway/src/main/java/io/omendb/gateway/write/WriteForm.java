package io.omendb.gateway.write;

import io.omendb.record.PatchJson;
import io.omendb.record.Point;
import io.omendb.record.PointJson;
import io.omendb.record.PointPatch;
import io.omendb.record.PointRules;
import io.omendb.schema.CollectionSchema;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.jspecify.annotations.Nullable;

/**
 * What is written of a point: all of it, or a change. Stateless.
 *
 * @param <P> what a record is made of
 */
interface WriteForm<P> {
    WriteForm<Point> POINT = new OfPoint();
    WriteForm<PointPatch> PATCH = new OfPatch();

    String id(P point);

    /** Checks the rules of the collection; a vector that is to be made of a text may be missing. */
    void check(CollectionSchema schema, P point);

    /** The text whose vector has to be made; null where nothing has. */
    @Nullable String unembedded(CollectionSchema schema, P point);

    P withVector(P point, float[] vector);

    /** The value of the record. */
    byte[] json(P point);

    /** The header that says how to read it. */
    Header format();

    private static Header format(String name) {
        return new RecordHeader("omen-format", name.getBytes(StandardCharsets.US_ASCII));
    }

    /** Points that are stored in place of what there was. */
    final class OfPoint implements WriteForm<Point> {
        private static final Header FORMAT = WriteForm.format("json");

        private OfPoint() {}

        @Override
        public String id(Point point) {
            return point.id();
        }

        @Override
        public void check(CollectionSchema schema, Point point) {
            PointRules.checkSent(schema, point);
        }

        @Override
        public @Nullable String unembedded(CollectionSchema schema, Point point) {
            return point.hasVector() ? null : point.text();
        }

        @Override
        public Point withVector(Point point, float[] vector) {
            return point.withVector(vector);
        }

        @Override
        public byte[] json(Point point) {
            return PointJson.write(point);
        }

        @Override
        public Header format() {
            return FORMAT;
        }
    }

    /** Changes of points that are there. */
    final class OfPatch implements WriteForm<PointPatch> {
        private static final Header FORMAT = WriteForm.format("patch");

        private OfPatch() {}

        @Override
        public String id(PointPatch patch) {
            return patch.id();
        }

        @Override
        public void check(CollectionSchema schema, PointPatch patch) {
            PointRules.checkSent(schema, patch);
        }

        @Override
        public @Nullable String unembedded(CollectionSchema schema, PointPatch patch) {
            return schema.embedder() == null || patch.hasVector() ? null : patch.text();
        }

        @Override
        public PointPatch withVector(PointPatch patch, float[] vector) {
            return patch.withVector(vector);
        }

        @Override
        public byte[] json(PointPatch patch) {
            return PatchJson.write(patch);
        }

        @Override
        public Header format() {
            return FORMAT;
        }
    }
}
