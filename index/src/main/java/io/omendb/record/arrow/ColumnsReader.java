package io.omendb.record.arrow;

import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.record.ByteStrings;
import io.omendb.record.Point;
import io.omendb.record.PointBatch;
import io.omendb.record.PointBatch.BadPoint;
import io.omendb.record.PointColumns;
import io.omendb.record.PointRules;
import io.omendb.record.SparseColumn;
import io.omendb.record.SparseVector;
import io.omendb.schema.CollectionSchema;
import io.omendb.schema.Metric;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.ValueVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.dictionary.Dictionary;
import org.apache.arrow.vector.dictionary.DictionaryEncoder;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;

/** Gathers the points of a stream's record batches. */
final class ColumnsReader {
    static final String ID = "id";
    static final String VECTOR = "vector";
    static final String TEXT = "text";
    static final String SPARSE = "sparse";
    private static final int BAD_MAX = PointBatch.BAD_MAX;
    private static final double GROWTH = 1.5;

    private final CollectionSchema schema;
    private final boolean hasText;
    private final boolean hasMetadata;
    private final boolean hasSparse;

    /** Bounds what a batch that claims too much can ask for: nothing is compressed. */
    private final long streamBytes;

    /** Bytes that a component takes in the stream. */
    private final int componentBytes;

    private final int pointsMax;
    private float[] vectors = new float[0];
    private int rows;
    private final ByteStrings.Builder ids = new ByteStrings.Builder(0, 0);
    private final ByteStrings.Builder texts = new ByteStrings.Builder(0, 0);
    private final ByteStrings.Builder metadata = new ByteStrings.Builder(0, 0);
    private final SparseColumn.Builder sparse = new SparseColumn.Builder();
    private final List<BadPoint> bad = new ArrayList<>();

    private ColumnsReader(
            CollectionSchema schema,
            boolean hasText,
            boolean hasSparse,
            boolean hasMetadata,
            long streamBytes,
            int componentBytes,
            int pointsMax) {
        this.streamBytes = streamBytes;
        this.componentBytes = componentBytes;
        this.pointsMax = pointsMax;
        this.schema = schema;
        this.hasText = hasText;
        this.hasSparse = hasSparse;
        this.hasMetadata = hasMetadata;
    }

    /**
     * A reader of one stream.
     *
     * @param streamBytes its length
     * @param pointsMax points that it may have
     */
    static ColumnsReader of(
            CollectionSchema collection, Schema stream, long streamBytes, int pointsMax) {
        List<String> names = stream.getFields().stream().map(Field::getName).toList();
        for (String required : List.of(ID, VECTOR)) {
            long found = names.stream().filter(required::equals).count();
            if (found != 1) {
                throw OmenException.malformed(
                        "arrow: found " + found + " columns " + required + ", expected one");
            }
        }
        if (names.stream().distinct().count() != names.size()) {
            throw OmenException.malformed("arrow: found two columns of one name in " + names);
        }
        boolean hasText = names.contains(TEXT);
        boolean hasSparse = hasSparse(collection, stream);
        int others = names.size() - 2 - (hasText ? 1 : 0) - (hasSparse ? 1 : 0);
        return new ColumnsReader(
                collection,
                hasText,
                hasSparse,
                others > 0,
                streamBytes,
                VectorCells.componentBytes(stream.findField(VECTOR)),
                pointsMax);
    }

    /**
     * Where a collection has no sparse vectors, a column of that name that does not look like one
     * of them is metadata like any other.
     */
    private static boolean hasSparse(CollectionSchema collection, Schema stream) {
        return stream.getFields().stream()
                .filter(field -> field.getName().equals(SPARSE))
                .anyMatch(field -> collection.sparse() || SparseCells.areSparse(field));
    }

    /** Adds the rows of a batch. */
    void read(
            VectorSchemaRoot root, Map<Long, Dictionary> dictionaries, BufferAllocator allocator) {
        int count = root.getRowCount();
        if (count < 0
                || (rows + (long) count) * schema.dimension() * componentBytes > streamBytes) {
            throw OmenException.malformed(
                    "arrow: found " + count + " rows in a stream of " + streamBytes + " bytes");
        }
        PointBatch.checkCount(rows + count, pointsMax);
        List<ValueVector> decoded = new ArrayList<>();
        try {
            MetadataCells cells = new MetadataCells(schema, streamBytes);
            for (FieldVector column : root.getFieldVectors()) {
                if (column.getValueCount() != count) {
                    throw OmenException.malformed(
                            "arrow: found "
                                    + column.getValueCount()
                                    + " values of "
                                    + column.getName()
                                    + " in "
                                    + count
                                    + " rows");
                }
                ValueVector plain = decode(column, dictionaries, allocator, decoded);
                switch (column.getName()) {
                    case ID -> readIds(StringCells.of(ID, plain), count);
                    case VECTOR -> readVectors(VectorCells.of(plain, schema.dimension()), count);
                    case TEXT -> readTexts(StringCells.of(TEXT, plain), count);
                    case SPARSE -> {
                        if (hasSparse) {
                            readSparse(SparseCells.of(plain), count);
                        } else {
                            cells.add(SPARSE, plain);
                        }
                    }
                    default -> cells.add(column.getName(), plain);
                }
            }
            if (hasMetadata) {
                for (int row = 0; row < count; row++) {
                    try {
                        cells.write(row, metadata);
                    } catch (OmenException e) {
                        if (e.code() == ErrorCode.TOO_LARGE) {
                            throw e;
                        }
                        bad(rows + row, e.getMessage());
                        metadata.add(null);
                    }
                }
            }
        } finally {
            decoded.forEach(ValueVector::close);
        }
        rows += count;
    }

    /** All points, if there is nothing wrong with any. */
    PointColumns finish() {
        if (!bad.isEmpty()) {
            throw OmenException.invalid(
                    bad.stream()
                                    .limit(BAD_MAX)
                                    .map(point -> "row " + point.index() + ": " + detail(point))
                                    .collect(Collectors.joining("; "))
                            + (bad.size() > BAD_MAX ? "; and more" : ""));
        }
        return columns();
    }

    private static String detail(BadPoint point) {
        return String.valueOf(point.reason().getMessage());
    }

    /** The points one by one, and what is wrong with any; without points where that is much. */
    PointBatch<Point> batch() {
        List<BadPoint> named =
                bad.stream()
                        .sorted(Comparator.comparingInt(BadPoint::index))
                        .limit(BAD_MAX)
                        .toList();
        if (bad.size() > BAD_MAX) {
            return new PointBatch<>(List.of(), named); // more may be bad that no one has noted
        }
        Set<Integer> left = named.stream().map(BadPoint::index).collect(Collectors.toSet());
        PointColumns columns = columns();
        List<Point> points = new ArrayList<>(rows);
        for (int row = 0; row < rows; row++) {
            if (!left.contains(row)) {
                points.add(columns.point(row));
            }
        }
        return new PointBatch<>(points, named);
    }

    private PointColumns columns() {
        return new PointColumns(
                schema.dimension(),
                vectors.length == rows * schema.dimension()
                        ? vectors
                        : Arrays.copyOf(vectors, rows * schema.dimension()),
                ids.build(),
                hasMetadata ? metadata.build() : null,
                hasText ? texts.build() : null,
                hasSparse ? sparse.build() : null);
    }

    private static ValueVector decode(
            FieldVector column,
            Map<Long, Dictionary> dictionaries,
            BufferAllocator allocator,
            List<ValueVector> decoded) {
        if (column.getField().getDictionary() == null) {
            return column;
        }
        Dictionary dictionary = dictionaries.get(column.getField().getDictionary().getId());
        if (dictionary == null) {
            throw OmenException.malformed(
                    "arrow: found no dictionary of column " + column.getName());
        }
        ValueVector plain = DictionaryEncoder.decode(column, dictionary, allocator);
        decoded.add(plain);
        return plain;
    }

    private void readIds(StringCells cells, int count) {
        for (int row = 0; row < count; row++) {
            byte[] id = cells.get(row);
            String problem =
                    id == null ? "id: found null, expected the id" : PointRules.idProblem(id);
            if (problem != null) {
                bad(rows + row, problem);
            }
            ids.add(id);
        }
    }

    private void readTexts(StringCells cells, int count) {
        for (int row = 0; row < count; row++) {
            byte[] text = cells.get(row);
            if (text != null && !PointRules.isUtf8(text, 0, text.length)) {
                bad(rows + row, "text: found bytes that are not UTF-8");
            }
            texts.add(text);
        }
    }

    private void readSparse(SparseCells cells, int count) {
        for (int row = 0; row < count; row++) {
            SparseVector vector = null;
            try {
                vector = cells.get(row);
                if (vector != null) {
                    PointRules.checkSparse(schema, vector);
                }
            } catch (OmenException e) {
                bad(rows + row, e.getMessage());
            }
            sparse.add(vector);
        }
    }

    private void readVectors(VectorCells cells, int count) {
        int dimension = schema.dimension();
        int from = rows * dimension;
        grow(Math.multiplyExact(rows + count, dimension));
        cells.read(count, vectors, from, row -> bad(rows + row, "vector: found null"));
        for (int row = 0; row < count; row++) {
            check(rows + row, from + row * dimension);
        }
    }

    /**
     * Makes room for so many components: for those of one batch exactly, else with more to come.
     */
    private void grow(int size) {
        if (size > vectors.length) {
            int length = rows == 0 ? size : Math.max(size, (int) (vectors.length * GROWTH));
            vectors = Arrays.copyOf(vectors, length);
        }
    }

    /**
     * One pass over good vectors: a sum of products with zero is NaN as soon as one is not finite.
     */
    private void check(int row, int offset) {
        float zero = 0;
        float any = 0;
        for (int i = offset; i < offset + schema.dimension(); i++) {
            zero += vectors[i] * 0;
            any += Math.abs(vectors[i]);
        }
        if (zero != 0) {
            int i = offset;
            while (Float.isFinite(vectors[i])) {
                i++;
            }
            bad(
                    row,
                    "vector["
                            + (i - offset)
                            + "]: found "
                            + vectors[i]
                            + ", expected a finite number within the range of float32");
        } else if (any == 0 && schema.metric() == Metric.COSINE) {
            bad(row, "vector: found a zero vector, expected a direction, as the metric is cosine");
        }
    }

    private void bad(int row, @Nullable String problem) {
        if (bad.size() <= BAD_MAX) {
            bad.add(new BadPoint(row, OmenException.invalid(String.valueOf(problem))));
        }
    }
}
