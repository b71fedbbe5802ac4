package io.omendb.record.arrow;

import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.record.Point;
import io.omendb.record.PointBatch;
import io.omendb.record.PointColumns;
import io.omendb.schema.CollectionSchema;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.compression.NoCompressionCodec;
import org.apache.arrow.vector.ipc.ArrowStreamReader;

/**
 * Reads points from an Arrow IPC stream. Columns by name:
 *
 * <ul>
 *   <li>{@code id}: utf8 (also large_utf8 or utf8_view), without nulls;
 *   <li>{@code vector}: fixed_size_list or list of float32, uint8 or int8 (also float64, which is
 *       rounded) with the collection's dimension, without nulls;
 *   <li>{@code text}: utf8, optional;
 *   <li>{@code sparse}: struct of {@code indices} (list of int32) and {@code values} (list of
 *       float32), optional, for collections with sparse vectors;
 *   <li>any other column is the metadata field of its name: utf8, integers, floating point, bool,
 *       lists and structs of these, also dictionary encoded. A null leaves the field away.
 * </ul>
 *
 * <p>Points are taken or refused together: an error names the bad rows, at most 20. Stateless.
 */
public final class ArrowPoints {
    /** What Arrow may allocate beside what the stream brings; a bitmap for each column. */
    private static final long SPARE_BYTES = 16 << 20;

    private ArrowPoints() {}

    /**
     * Reads and checks all points of a stream.
     *
     * @throws OmenException MALFORMED if it is no such stream, or lacks a column; INVALID if points
     *     break a rule of the collection; TOO_LARGE if its metadata is out of proportion as JSON
     */
    public static PointColumns read(byte[] stream, CollectionSchema schema) {
        return columns(stream, schema, Integer.MAX_VALUE).finish();
    }

    /**
     * Reads the points of a stream one by one, with what is wrong with any of them.
     *
     * @throws OmenException MALFORMED if it is no such stream, or lacks a column; TOO_LARGE if it
     *     holds more than {@code pointsMax} points
     */
    public static PointBatch<Point> readBatch(
            byte[] stream, CollectionSchema schema, int pointsMax) {
        return columns(stream, schema, pointsMax).batch();
    }

    private static ColumnsReader columns(byte[] stream, CollectionSchema schema, int pointsMax) {
        try (StreamMemory memory = new StreamMemory(4L * stream.length + SPARE_BYTES)) {
            StreamFraming.check(stream);
            return columns(stream, schema, pointsMax, memory.allocator());
        } catch (OmenException e) {
            throw e;
        } catch (IOException | RuntimeException | AssertionError | StackOverflowError e) {
            // Whatever Arrow's accessors throw where a stream contradicts itself, or refers to
            // itself.
            throw new OmenException(
                    ErrorCode.MALFORMED,
                    "arrow: found "
                            + (String.valueOf(e.getMessage()).contains("arrow-compression")
                                    ? "compressed buffers"
                                    : "bytes that cannot be read (" + e + ")")
                            + ", expected an uncompressed Arrow IPC stream",
                    e);
        }
    }

    private static ColumnsReader columns(
            byte[] stream, CollectionSchema schema, int pointsMax, BufferAllocator allocator)
            throws IOException {
        try (ArrowStreamReader reader =
                new ArrowStreamReader(
                        new ByteArrayInputStream(stream),
                        allocator,
                        NoCompressionCodec.Factory.INSTANCE)) {
            VectorSchemaRoot root = reader.getVectorSchemaRoot();
            ColumnsReader columns =
                    ColumnsReader.of(schema, root.getSchema(), stream.length, pointsMax);
            while (reader.loadNextBatch()) {
                columns.read(root, reader.getDictionaryVectors(), allocator);
            }
            return columns;
        }
    }
}
