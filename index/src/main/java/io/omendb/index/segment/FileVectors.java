package io.omendb.index.segment;

import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.index.file.GrowingVectorsFile;
import io.omendb.index.file.MappedVectors;
import io.omendb.index.file.ReadAhead;
import io.omendb.index.file.SegmentFolder.VectorsContent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Vectors that go to a file batch by batch, append-only; only the last batch is on the heap, and it
 * dies young. Written by one thread; a reader may look at any row below a row count it learnt
 * through a volatile field written after the append.
 */
final class FileVectors implements AppendedVectors {
    private static final int BATCH_BYTES = 1 << 17;
    private static final int BATCH_ROWS_MIN = 16;
    private static final String WIDE = ".wide";

    private final Path path;
    private final int dimension;
    private final int batchRows;
    private volatile Rows rows;
    private @Nullable GrowingVectorsFile file;

    /** Rows in the file, and those after. A batch is written to until it is full, never again. */
    @SuppressWarnings("ArrayRecordComponent")
    private record Rows(int inFile, @Nullable MappedVectors mapped, float[] batch) {}

    /**
     * No vectors yet, and no file.
     *
     * @param path where the file goes
     */
    FileVectors(Path path, int dimension) {
        this.path = path;
        this.dimension = dimension;
        this.batchRows = Math.max(BATCH_ROWS_MIN, BATCH_BYTES / (dimension * Float.BYTES));
        this.rows = new Rows(0, null, new float[0]);
    }

    @Override
    public void append(int row, float[] vector) {
        Rows current = rows;
        int inBatch = row - current.inFile;
        if (inBatch == batchRows) {
            current = flush(inBatch);
            inBatch = 0;
        }
        if (inBatch * dimension == current.batch.length) {
            // Small segments stay small.
            int grown = Math.min(batchRows, Math.max(BATCH_ROWS_MIN, inBatch * 4)) * dimension;
            float[] batch = java.util.Arrays.copyOf(current.batch, grown);
            current = new Rows(current.inFile, current.mapped, batch);
            rows = current;
        }
        System.arraycopy(vector, 0, current.batch, inBatch * dimension, dimension);
    }

    private Rows flush(int count) {
        try {
            float[] batch = rows.batch;
            if (file == null) {
                file = GrowingVectorsFile.createFor(batch, count, path, dimension, batchRows);
            }
            MappedVectors mapped = file.append(batch, count);
            if (mapped == null) {
                widen();
                mapped = Objects.requireNonNull(file.append(batch, count));
            }
            float[] next = new float[count == batchRows ? batchRows * dimension : 0];
            rows = new Rows(mapped.rows(), mapped, next);
            return rows;
        } catch (IOException e) {
            throw new OmenException(ErrorCode.EXTERNAL, "cannot write " + path + ": " + e, e);
        }
    }

    /**
     * Goes on in a file for any components. Rare: what arrives in one collection is of one kind,
     * and that of the first batch.
     */
    private void widen() throws IOException {
        GrowingVectorsFile narrow = Objects.requireNonNull(file);
        Path other = path.resolveSibling(path.getFileName() + WIDE);
        // One whose removal failed before.
        Files.deleteIfExists(other);
        GrowingVectorsFile wide = GrowingVectorsFile.create(other, dimension, batchRows);
        try {
            rows = new Rows(rows.inFile, copy(wide, rows.inFile), rows.batch);
        } catch (IOException | RuntimeException e) {
            try {
                wide.close();
            } catch (IOException suppressed) {
                e.addSuppressed(suppressed);
            }
            throw e;
        }
        file = wide;
        narrow.close();
    }

    /** Copies rows to another file; null if there are none. */
    private @Nullable MappedVectors copy(GrowingVectorsFile to, int count) throws IOException {
        MappedVectors mapped = null;
        float[] some = new float[batchRows * dimension];
        for (int row = 0; row < count; row += batchRows) {
            int run = Math.min(batchRows, count - row);
            read(row, run, some, 0);
            mapped = to.append(some, run);
        }
        return mapped;
    }

    @Override
    public VectorsContent content(int total) {
        if (file == null) {
            return VectorsContent.of(
                    dimension, total, (row, into, offset) -> read(row, 1, into, offset));
        }
        if (total > rows.inFile) {
            Rows unused = flush(total - rows.inFile);
        }
        return VectorsContent.of(file);
    }

    @Override
    public @Nullable MappedVectors mapped() {
        return file == null ? null : file.mapped();
    }

    @Override
    public void close() {
        GrowingVectorsFile open = file;
        if (open != null) {
            try {
                open.close();
            } catch (IOException e) {
                throw new OmenException(ErrorCode.EXTERNAL, "cannot remove " + path + ": " + e, e);
            }
        }
    }

    @Override
    public int dimension() {
        return dimension;
    }

    @Override
    public void read(int firstRow, int count, float[] into, int offset) {
        Rows current = rows;
        int fromFile = Math.max(0, Math.min(count, current.inFile - firstRow));
        if (fromFile > 0 && current.mapped != null) {
            current.mapped.read(firstRow, fromFile, into, offset);
        }
        if (fromFile < count) {
            System.arraycopy(
                    current.batch,
                    (firstRow + fromFile - current.inFile) * dimension,
                    into,
                    offset + fromFile * dimension,
                    (count - fromFile) * dimension);
        }
    }

    @Override
    public void ahead(int row, ReadAhead rowsAhead) {
        Rows current = rows;
        if (row < current.inFile && current.mapped != null) {
            current.mapped.ahead(row, rowsAhead);
        } else {
            rowsAhead.readHeap(current.batch, (row - current.inFile) * dimension, dimension);
        }
    }

    @Override
    public VectorCursor cursor() {
        return new CopyingCursor(this);
    }

    @Override
    public long heapBytes() {
        GrowingVectorsFile open = file;
        return (long) rows.batch.length * Float.BYTES + (open == null ? 0 : open.bytes());
    }
}
