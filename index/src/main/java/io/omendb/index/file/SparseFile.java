package io.omendb.index.file;

import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.index.sparse.PackedPostings;
import io.omendb.index.sparse.PostingCursor;
import io.omendb.index.sparse.PostingsBuilder;
import io.omendb.index.sparse.SegmentPostings;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.VarBinaryVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.ipc.ArrowFileReader;
import org.apache.arrow.vector.ipc.ArrowFileWriter;
import org.apache.arrow.vector.ipc.SeekableReadChannel;
import org.apache.arrow.vector.ipc.message.ArrowBlock;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;

/**
 * {@code sparse.arrow}: the inverted indexes of a segment, a standard Arrow IPC file that pandas
 * and polars read. A row is a term of a field:
 *
 * <pre>
 *   field   utf8                 "$text" for the points' own text, "$sparse" for sparse vectors,
 *                                else the declared field's name
 *   term    binary, nullable     UTF-8; for a sparse vector its index in decimal
 *   rows    list&lt;int32&gt;          rows of the segment that have the term, ascending
 *   values  list&lt;float32&gt;        by row, how often it occurs, or the weight
 * </pre>
 *
 * Rows of one field follow each other, by the bytes of their terms. The first has no term: it lists
 * the rows that have the field at all, and their lengths in terms, rounded down to four significant
 * bits as Lucene's similarities do.
 */
final class SparseFile {
    private static final int BATCH_POSTINGS = 1 << 18;
    private static final int BATCH_TERMS = 1 << 14;

    private static final Schema SCHEMA =
            new Schema(
                    List.of(
                            new Field("field", FieldType.notNullable(new ArrowType.Utf8()), null),
                            new Field("term", FieldType.nullable(new ArrowType.Binary()), null),
                            list("rows", new ArrowType.Int(32, true)),
                            list(
                                    "values",
                                    new ArrowType.FloatingPoint(FloatingPointPrecision.SINGLE))));

    private SparseFile() {}

    private static Field list(String name, ArrowType element) {
        return new Field(
                name,
                FieldType.notNullable(new ArrowType.List()),
                List.of(new Field("item", FieldType.notNullable(element), null)));
    }

    /** Writes packed indexes. */
    static FileDigest writeDigested(Path file, SegmentPostings postings) throws IOException {
        try (ChecksummedOutput out = ChecksummedOutput.create(file);
                BufferAllocator allocator = new RootAllocator();
                VectorSchemaRoot root = VectorSchemaRoot.create(SCHEMA, allocator);
                ArrowFileWriter writer =
                        new ArrowFileWriter(root, null, Channels.newChannel(out))) {
            writer.start();
            Batch batch = new Batch(root, writer);
            for (String field : new TreeSet<>(postings.fields())) {
                PackedPostings packed = postings.packedField(field);
                if (packed != null) {
                    batch.add(field, packed);
                }
            }
            batch.write();
            writer.end();
            return out.finish();
        }
    }

    /** Rows on their way to the file. */
    private static final class Batch {
        private final VectorSchemaRoot root;
        private final ArrowFileWriter writer;
        private final VarCharVector fields;
        private final VarBinaryVector terms;
        private final ListVector rows;
        private final ListVector values;
        private int size;
        private int postings;

        Batch(VectorSchemaRoot root, ArrowFileWriter writer) {
            this.root = root;
            this.writer = writer;
            this.fields = (VarCharVector) root.getVector("field");
            this.terms = (VarBinaryVector) root.getVector("term");
            this.rows = (ListVector) root.getVector("rows");
            this.values = (ListVector) root.getVector("values");
        }

        void add(String field, PackedPostings packed) throws IOException {
            byte[] name = field.getBytes(StandardCharsets.UTF_8);
            start(name, null);
            for (int row = 0; row < packed.rows(); row++) {
                if (packed.norm(row) != 0) {
                    put(row, packed.length(row));
                }
            }
            finish();
            for (int rank = 0; rank < packed.size(); rank++) {
                start(name, packed.term(rank));
                PostingCursor cursor = packed.cursor(rank);
                for (int row = cursor.next(); row != PostingCursor.END; row = cursor.next()) {
                    put(row, cursor.value());
                }
                finish();
            }
        }

        private void start(byte[] field, byte @Nullable [] term) {
            fields.setSafe(size, field);
            if (term == null) {
                terms.setNull(size);
            } else {
                terms.setSafe(size, term);
            }
            rows.startNewValue(size);
            values.startNewValue(size);
        }

        private void put(int row, float value) {
            ((IntVector) rows.getDataVector()).setSafe(postings, row);
            ((Float4Vector) values.getDataVector()).setSafe(postings, value);
            postings++;
        }

        private void finish() throws IOException {
            int before = rows.getOffsetBuffer().getInt((long) size * Integer.BYTES);
            rows.endValue(size, postings - before);
            values.endValue(size, postings - before);
            size++;
            if (size == BATCH_TERMS || postings >= BATCH_POSTINGS) {
                write();
            }
        }

        void write() throws IOException {
            rows.getDataVector().setValueCount(postings);
            values.getDataVector().setValueCount(postings);
            root.setRowCount(size);
            writer.writeBatch();
            root.allocateNew();
            size = 0;
            postings = 0;
        }
    }

    /**
     * Reads indexes.
     *
     * @param segmentRows rows of the files beside this one
     * @throws OmenException CORRUPT if the content contradicts itself
     */
    static SegmentPostings read(Path file, int segmentRows) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
                BufferAllocator allocator = new RootAllocator();
                ArrowFileReader reader =
                        new ArrowFileReader(new SeekableReadChannel(channel), allocator)) {
            Collected collected = new Collected(file, segmentRows);
            for (ArrowBlock block : reader.getRecordBlocks()) {
                if (!reader.loadRecordBatch(block)) {
                    break;
                }
                collected.add(reader.getVectorSchemaRoot());
            }
            return collected.finish();
        } catch (ClassCastException | NullPointerException | IndexOutOfBoundsException e) {
            throw new OmenException(ErrorCode.CORRUPT, file + " is not an inverted index", e);
        }
    }

    /** What has been read of a file. */
    private static final class Collected {
        private final Path file;
        private final int segmentRows;
        private final Map<String, PackedPostings> fields = new TreeMap<>();
        private String field = "";
        private @Nullable PostingsBuilder builder;

        Collected(Path file, int segmentRows) {
            this.file = file;
            this.segmentRows = segmentRows;
        }

        void add(VectorSchemaRoot root) {
            VarCharVector names = (VarCharVector) root.getVector("field");
            VarBinaryVector terms = (VarBinaryVector) root.getVector("term");
            ListVector rows = (ListVector) root.getVector("rows");
            ListVector values = (ListVector) root.getVector("values");
            for (int i = 0; i < root.getRowCount(); i++) {
                int from = rows.getElementStartIndex(i);
                int to = rows.getElementEndIndex(i);
                IntVector rowData = (IntVector) rows.getDataVector();
                Float4Vector valueData = (Float4Vector) values.getDataVector();
                if (terms.isNull(i)) {
                    endField();
                    field = new String(names.get(i), StandardCharsets.UTF_8);
                    byte[] norms = new byte[segmentRows];
                    for (int at = from; at < to; at++) {
                        norms[checked(rowData.get(at), -1)] =
                                PackedPostings.normOf(valueData.get(at));
                    }
                    builder = new PostingsBuilder(norms, SegmentPostings.isWeights(field));
                } else {
                    addTerm(terms.get(i), from, to, rowData, valueData);
                }
            }
        }

        private void addTerm(
                byte[] term, int from, int to, IntVector rowData, Float4Vector valueData) {
            PostingsBuilder current = builder;
            if (current == null) {
                throw OmenException.corrupt(file + " has terms before the lengths of their field");
            }
            int last = -1;
            for (int at = from; at < to; at++) {
                last = checked(rowData.get(at), last);
                current.add(last, valueData.get(at));
            }
            current.finish(term);
        }

        private int checked(int row, int after) {
            if (row <= after || row >= segmentRows) {
                throw OmenException.corrupt(
                        file + " has row " + row + " after " + after + " of " + segmentRows);
            }
            return row;
        }

        private void endField() {
            if (builder != null) {
                fields.put(field, builder.build());
            }
        }

        SegmentPostings finish() {
            endField();
            return SegmentPostings.packed(fields);
        }
    }
}
