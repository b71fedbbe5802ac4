package io.omendb.index.segment;

import io.omendb.index.file.KeptRows;
import io.omendb.index.file.MappedVectors;
import io.omendb.index.file.ReadAhead;
import io.omendb.index.file.SegmentFolder;
import io.omendb.index.file.SegmentPart;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The vectors of a stored segment, in one mapped file or in parts of several. The Vector API of
 * Java 17 reads arrays only, so they are copied.
 */
final class StoredVectors implements Vectors {
    /** For each block of rows it is known in which part it begins. */
    private static final int BLOCK_BITS = 10;

    private final SegmentPart[] parts;
    private final MappedVectors[] files;

    /** First row of each part; one more at the end. */
    private final int[] firstRows;

    private final int[] partOfBlock;

    /** The file, where there is one and all its rows count. */
    private final @Nullable MappedVectors whole;

    private StoredVectors(SegmentPart[] parts, MappedVectors[] files) {
        this.parts = parts;
        this.files = files;
        this.firstRows = new int[parts.length + 1];
        for (int i = 0; i < parts.length; i++) {
            firstRows[i + 1] = firstRows[i] + parts[i].rows().count();
        }
        this.partOfBlock = new int[(firstRows[parts.length] >>> BLOCK_BITS) + 1];
        for (int block = 0, part = 0; block < partOfBlock.length; block++) {
            while (part < parts.length - 1 && firstRows[part + 1] <= block << BLOCK_BITS) {
                part++;
            }
            partOfBlock[block] = part;
        }
        this.whole = parts.length == 1 && parts[0].rows().isAll() ? files[0] : null;
    }

    /**
     * Maps what is not mapped yet.
     *
     * @param mapped files by the segment they were written for
     */
    static StoredVectors of(SegmentFolder folder, Map<String, MappedVectors> mapped) {
        List<SegmentPart> parts = folder.parts();
        MappedVectors[] files = new MappedVectors[parts.size()];
        for (int i = 0; i < files.length; i++) {
            SegmentPart part = parts.get(i);
            MappedVectors known = mapped.get(part.id());
            files[i] = known == null ? folder.vectors(part) : known;
        }
        return new StoredVectors(parts.toArray(SegmentPart[]::new), files);
    }

    /** Adds the files to a map from the segment they were written for. */
    void addTo(Map<String, MappedVectors> mapped) {
        for (int i = 0; i < parts.length; i++) {
            mapped.put(parts[i].id(), files[i]);
        }
    }

    @Override
    public int dimension() {
        return files[0].dimension();
    }

    @Override
    public void read(int firstRow, int rows, float[] into, int offset) {
        if (whole != null) {
            whole.read(firstRow, rows, into, offset);
            return;
        }
        int done = 0;
        int part = partOf(firstRow);
        while (done < rows) {
            int row = firstRow + done;
            while (row >= firstRows[part + 1]) {
                part++;
            }
            KeptRows kept = parts[part].rows();
            int fileRow = kept.fileRow(row - firstRows[part]);
            int run = kept.run(fileRow, Math.min(rows - done, firstRows[part + 1] - row));
            files[part].read(fileRow, run, into, offset + done * dimension());
            done += run;
        }
    }

    private int partOf(int row) {
        int part = partOfBlock[row >>> BLOCK_BITS];
        while (row >= firstRows[part + 1]) {
            part++;
        }
        return part;
    }

    @Override
    public void ahead(int row, ReadAhead rowsAhead) {
        if (whole != null) {
            whole.ahead(row, rowsAhead);
            return;
        }
        int part = partOf(row);
        files[part].ahead(parts[part].rows().fileRow(row - firstRows[part]), rowsAhead);
    }

    @Override
    public VectorCursor cursor() {
        return new CopyingCursor(this);
    }

    @Override
    public long heapBytes() {
        long bytes = (long) (firstRows.length + partOfBlock.length) * Integer.BYTES;
        for (SegmentPart part : parts) {
            bytes += part.rows().bytes();
        }
        return bytes;
    }
}
