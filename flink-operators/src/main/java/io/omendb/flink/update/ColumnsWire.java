package io.omendb.flink.update;

import io.omendb.record.ByteStrings;
import io.omendb.record.PointColumns;
import io.omendb.record.SparseColumn;
import java.io.IOException;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;
import org.jspecify.annotations.Nullable;

/**
 * The wire form of many points: an int32 number of rows and their id hashes, an int32 dimension and
 * all components, the ids, then metadata, texts and sparse vectors with a byte before each that
 * says whether there are any. Strings are their ends, an int32 length and their bytes; sparse
 * vectors their ends, an int32 number of entries, all indices and all values. Numbers are
 * little-endian and move in pieces of some kilobytes.
 */
final class ColumnsWire implements Serializable {
    private static final long serialVersionUID = 1;
    private static final int CHUNK_BYTES = 1 << 15;

    private transient @Nullable ByteBuffer chunk;

    void write(long[] idHashes, PointColumns points, DataOutputView out) throws IOException {
        out.writeInt(points.rows());
        ByteBuffer buffer = chunk();
        for (int from = 0; from < idHashes.length; ) {
            int n = Math.min(idHashes.length - from, CHUNK_BYTES / Long.BYTES);
            buffer.asLongBuffer().put(idHashes, from, n);
            out.write(buffer.array(), 0, n * Long.BYTES);
            from += n;
        }
        out.writeInt(points.dimension());
        writeFloats(points.vectors(), points.vectors().length, out);
        writeStrings(points.ids(), out);
        writeOptional(points.metadata(), out);
        writeOptional(points.texts(), out);
        SparseColumn sparse = points.sparse();
        out.writeBoolean(sparse != null);
        if (sparse != null) {
            writeInts(sparse.ends(), sparse.size(), out);
            out.writeInt(sparse.entries());
            writeInts(sparse.indices(), sparse.entries(), out);
            writeFloats(sparse.values(), sparse.entries(), out);
        }
    }

    long[] readHashes(DataInputView in) throws IOException {
        long[] hashes = new long[in.readInt()];
        ByteBuffer buffer = chunk();
        for (int from = 0; from < hashes.length; ) {
            int n = Math.min(hashes.length - from, CHUNK_BYTES / Long.BYTES);
            in.readFully(buffer.array(), 0, n * Long.BYTES);
            buffer.asLongBuffer().get(hashes, from, n);
            from += n;
        }
        return hashes;
    }

    PointColumns readPoints(int rows, DataInputView in) throws IOException {
        int dimension = in.readInt();
        return new PointColumns(
                dimension,
                readFloats(rows * dimension, in),
                readStrings(rows, in),
                readOptional(rows, in),
                readOptional(rows, in),
                readSparse(rows, in));
    }

    private @Nullable SparseColumn readSparse(int rows, DataInputView in) throws IOException {
        if (!in.readBoolean()) {
            return null;
        }
        int[] ends = readInts(rows, in);
        int entries = in.readInt();
        return new SparseColumn(ends, readInts(entries, in), readFloats(entries, in));
    }

    private void writeOptional(@Nullable ByteStrings strings, DataOutputView out)
            throws IOException {
        out.writeBoolean(strings != null);
        if (strings != null) {
            writeStrings(strings, out);
        }
    }

    private @Nullable ByteStrings readOptional(int rows, DataInputView in) throws IOException {
        return in.readBoolean() ? readStrings(rows, in) : null;
    }

    private void writeStrings(ByteStrings strings, DataOutputView out) throws IOException {
        int[] ends = strings.ends();
        writeInts(ends, ends.length, out);
        int length = ends.length == 0 ? 0 : strings.start(ends.length);
        out.writeInt(length);
        out.write(strings.bytes(), 0, length);
    }

    private ByteStrings readStrings(int rows, DataInputView in) throws IOException {
        int[] ends = readInts(rows, in);
        byte[] bytes = new byte[in.readInt()];
        in.readFully(bytes);
        return new ByteStrings(bytes, ends);
    }

    private void writeInts(int[] numbers, int count, DataOutputView out) throws IOException {
        ByteBuffer buffer = chunk();
        for (int from = 0; from < count; ) {
            int n = Math.min(count - from, CHUNK_BYTES / Integer.BYTES);
            buffer.asIntBuffer().put(numbers, from, n);
            out.write(buffer.array(), 0, n * Integer.BYTES);
            from += n;
        }
    }

    private int[] readInts(int count, DataInputView in) throws IOException {
        int[] numbers = new int[count];
        ByteBuffer buffer = chunk();
        for (int from = 0; from < count; ) {
            int n = Math.min(count - from, CHUNK_BYTES / Integer.BYTES);
            in.readFully(buffer.array(), 0, n * Integer.BYTES);
            buffer.asIntBuffer().get(numbers, from, n);
            from += n;
        }
        return numbers;
    }

    private void writeFloats(float[] numbers, int count, DataOutputView out) throws IOException {
        ByteBuffer buffer = chunk();
        for (int from = 0; from < count; ) {
            int n = Math.min(count - from, CHUNK_BYTES / Float.BYTES);
            buffer.asFloatBuffer().put(numbers, from, n);
            out.write(buffer.array(), 0, n * Float.BYTES);
            from += n;
        }
    }

    private float[] readFloats(int count, DataInputView in) throws IOException {
        float[] numbers = new float[count];
        ByteBuffer buffer = chunk();
        for (int from = 0; from < count; ) {
            int n = Math.min(count - from, CHUNK_BYTES / Float.BYTES);
            in.readFully(buffer.array(), 0, n * Float.BYTES);
            buffer.asFloatBuffer().get(numbers, from, n);
            from += n;
        }
        return numbers;
    }

    private ByteBuffer chunk() {
        if (chunk == null) {
            chunk = ByteBuffer.allocate(CHUNK_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        }
        return chunk;
    }
}
