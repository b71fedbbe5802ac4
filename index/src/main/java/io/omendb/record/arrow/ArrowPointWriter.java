package io.omendb.record.arrow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.omendb.record.ByteStrings;
import io.omendb.record.SparseColumn;
import io.omendb.record.SparseVector;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.complex.FixedSizeListVector;
import org.apache.arrow.vector.ipc.ArrowStreamWriter;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.jspecify.annotations.Nullable;

/**
 * Collects points and writes them as one Arrow IPC stream that {@link ArrowPoints} gives back: a
 * point's metadata field becomes a value of the column of that name. A column has one type: a point
 * whose value has another does not fit, and begins the next stream. Vectors are {@code float32}, or
 * {@code uint8} or {@code int8} where every component of the stream is such an integer: the same
 * numbers in a quarter of the bytes. Used by one thread at a time.
 */
public final class ArrowPointWriter implements AutoCloseable {
    private static final int ROWS_MIN = 64;
    private static final int COLUMNS_MAX = 1_000;
    private static final long SPARSE_ENTRY_BYTES = Integer.BYTES + Float.BYTES;

    private final int dimension;
    private final BufferAllocator allocator = new RootAllocator();
    private float[] vectors = new float[0];
    private ByteStrings.Builder ids = new ByteStrings.Builder(0, 0);
    private ByteStrings.Builder texts = new ByteStrings.Builder(0, 0);
    private boolean hasText;
    private SparseColumn.Builder sparse = new SparseColumn.Builder();
    private boolean hasSparse;
    private final Map<String, MetadataColumn> columns = new LinkedHashMap<>();

    /** What every row takes in all columns of metadata. */
    private long columnRowBytes;

    /** What else these columns take. */
    private long metadataBytes;

    public ArrowPointWriter(int dimension) {
        this.dimension = dimension;
    }

    /**
     * Whether metadata can be columns at all: no field is called {@code id}, {@code vector}, {@code
     * text} or {@code sparse}, every value is a string, a number that 64 bits hold, a bool or an
     * array of strings, and there are at most {@value #COLUMNS_MAX}, as each column takes some
     * hundred bytes.
     */
    public static boolean isColumnar(ObjectNode metadata) {
        if (metadata.size() > COLUMNS_MAX) {
            return false;
        }
        for (Map.Entry<String, JsonNode> field : metadata.properties()) {
            String name = field.getKey();
            if (name.equals(ColumnsReader.ID)
                    || name.equals(ColumnsReader.VECTOR)
                    || name.equals(ColumnsReader.TEXT)
                    || name.equals(ColumnsReader.SPARSE)
                    || MetadataColumn.Type.of(field.getValue()) == null) {
                return false;
            }
        }
        return true;
    }

    /** Points collected. */
    public int rows() {
        return ids.size();
    }

    /** About how long the stream will be with components of float32. */
    public long bytes() {
        return rows() * rowBytes()
                + ids.length()
                + texts.length()
                + sparse.entries() * SPARSE_ENTRY_BYTES
                + metadataBytes;
    }

    /** Ids and texts have an offset a row. */
    private long rowBytes() {
        return (long) dimension * Float.BYTES + 2 * Integer.BYTES + columnRowBytes;
    }

    /** About how much longer a point makes the stream with components of float32. */
    public long bytes(
            byte[] id,
            @Nullable ObjectNode metadata,
            byte @Nullable [] text,
            @Nullable SparseVector entries) {
        long bytes = rowBytes() + id.length;
        if (metadata != null) {
            for (Map.Entry<String, JsonNode> field : metadata.properties()) {
                bytes += MetadataColumn.bytes(field.getValue());
                MetadataColumn.Type type = MetadataColumn.Type.of(field.getValue());
                if (type != null && !columns.containsKey(field.getKey())) {
                    // Rows without a value take as much room in a column as those with one.
                    bytes +=
                            MetadataColumn.bytesAlways(field.getKey())
                                    + (rows() + 1L) * type.rowBytes;
                }
            }
        }
        return bytes
                + (text == null ? 0 : text.length)
                + (entries == null ? 0 : entries.indices().length * SPARSE_ENTRY_BYTES);
    }

    /** Adds a point without a sparse vector. */
    public boolean add(
            byte[] id, float[] vector, @Nullable ObjectNode metadata, byte @Nullable [] text) {
        return add(id, vector, metadata, text, null);
    }

    /**
     * Adds a point.
     *
     * @param vector copied
     * @param metadata columnar; null for none
     * @param entries the sparse vector, copied; null for none
     * @return false if it does not fit the columns so far, so that nothing was added
     */
    public boolean add(
            byte[] id,
            float[] vector,
            @Nullable ObjectNode metadata,
            byte @Nullable [] text,
            @Nullable SparseVector entries) {
        if (metadata != null && !fits(metadata)) {
            return false;
        }
        int row = rows();
        if (vectors.length < (row + 1) * dimension) {
            vectors = Arrays.copyOf(vectors, Math.max(ROWS_MIN, 2 * row) * dimension);
        }
        System.arraycopy(vector, 0, vectors, row * dimension, dimension);
        ids.add(id);
        texts.add(text);
        hasText |= text != null;
        sparse.add(entries);
        hasSparse |= entries != null;
        if (metadata != null) {
            for (Map.Entry<String, JsonNode> field : metadata.properties()) {
                JsonNode value = field.getValue();
                columns.computeIfAbsent(field.getKey(), name -> column(name, value))
                        .set(row, value);
                metadataBytes += MetadataColumn.bytes(value);
            }
        }
        return true;
    }

    private MetadataColumn column(String name, JsonNode value) {
        MetadataColumn column = MetadataColumn.of(name, value);
        columnRowBytes += column.type().rowBytes;
        metadataBytes += MetadataColumn.bytesAlways(name);
        return column;
    }

    private boolean fits(ObjectNode metadata) {
        for (Map.Entry<String, JsonNode> field : metadata.properties()) {
            MetadataColumn known = columns.get(field.getKey());
            if (known != null && known.type() != MetadataColumn.Type.of(field.getValue())) {
                return false;
            }
        }
        return true;
    }

    /** The stream of all points added; the writer is empty again. */
    public byte[] finish() {
        int rows = rows();
        List<FieldVector> vectorsOfStream = new ArrayList<>();
        try {
            vectorsOfStream.add(idColumn(rows));
            vectorsOfStream.add(vectorColumn(rows));
            if (hasText) {
                vectorsOfStream.add(textColumn(rows));
            }
            if (hasSparse) {
                vectorsOfStream.add(SparseStructs.of(sparse.build(), allocator));
            }
            columns.values().forEach(column -> vectorsOfStream.add(column.write(rows, allocator)));
            return write(vectorsOfStream, rows);
        } finally {
            vectorsOfStream.forEach(FieldVector::close);
            ids = new ByteStrings.Builder(rows, 0);
            texts = new ByteStrings.Builder(rows, 0);
            hasText = false;
            sparse = new SparseColumn.Builder();
            hasSparse = false;
            columns.clear();
            columnRowBytes = 0;
            metadataBytes = 0;
        }
    }

    @Override
    public void close() {
        allocator.close();
    }

    private byte[] write(List<FieldVector> all, int rows) {
        ByteArrayOutputStream out = new ByteArrayOutputStream((int) bytes() + 1024 * all.size());
        // The root does not own the vectors: whoever made them closes them.
        VectorSchemaRoot root =
                new VectorSchemaRoot(all.stream().map(FieldVector::getField).toList(), all, rows);
        try (ArrowStreamWriter writer = new ArrowStreamWriter(root, null, out)) {
            writer.start();
            writer.writeBatch();
            writer.end();
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory", e);
        }
        return out.toByteArray();
    }

    private VarCharVector idColumn(int rows) {
        VarCharVector column =
                new VarCharVector(
                        ColumnsReader.ID, FieldType.notNullable(new ArrowType.Utf8()), allocator);
        ByteStrings values = ids.build();
        column.allocateNew(Math.max(1, ids.length()), rows);
        for (int row = 0; row < rows; row++) {
            column.set(row, values.bytes(), values.start(row), values.length(row));
        }
        column.setValueCount(rows);
        return column;
    }

    private FixedSizeListVector vectorColumn(int rows) {
        FixedSizeListVector column =
                new FixedSizeListVector(
                        ColumnsReader.VECTOR,
                        allocator,
                        FieldType.notNullable(new ArrowType.FixedSizeList(dimension)),
                        null);
        Components.write(vectors, rows * dimension, column);
        column.setInitialCapacity(rows);
        column.reAlloc();
        setAll(column.getValidityBuffer(), rows);
        column.setValueCount(rows);
        return column;
    }

    static void setAll(ArrowBuf validity, int count) {
        validity.setOne(0, (count + 7L) / 8);
    }

    private VarCharVector textColumn(int rows) {
        VarCharVector column = new VarCharVector(ColumnsReader.TEXT, allocator);
        ByteStrings values = texts.build();
        column.allocateNew(Math.max(1, texts.length()), rows);
        for (int row = 0; row < rows; row++) {
            if (!values.isNull(row)) {
                column.set(row, values.bytes(), values.start(row), values.length(row));
            }
        }
        column.setValueCount(rows);
        return column;
    }
}
