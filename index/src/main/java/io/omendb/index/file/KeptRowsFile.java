package io.omendb.index.file;

import io.omendb.ErrorCode;
import io.omendb.OmenException;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.roaringbitmap.InvalidRoaringFormat;
import org.roaringbitmap.RoaringBitmap;

/**
 * {@code rows.roaring}: which rows of its parts' files a segment has. One Roaring bitmap in the
 * portable format, over the rows of all files end to end: if the first part's file has n rows, bit
 * n is row 0 of the second part's file.
 */
final class KeptRowsFile {
    private KeptRowsFile() {}

    static FileDigest writeDigested(Path file, List<SegmentPart> parts) throws IOException {
        RoaringBitmap all = new RoaringBitmap();
        int first = 0;
        for (SegmentPart part : parts) {
            KeptRows rows = part.rows();
            if (rows.isAll()) {
                all.add((long) first, (long) first + rows.fileRows());
            } else {
                for (int n = 0; n < rows.count(); n++) {
                    all.add(first + rows.fileRow(n));
                }
            }
            first = Math.addExact(first, rows.fileRows());
        }
        all.runOptimize();
        try (ChecksummedOutput out = ChecksummedOutput.create(file)) {
            all.serialize(new DataOutputStream(out));
            return out.finish();
        }
    }

    /**
     * Reads the parts back.
     *
     * @param parts ids and rows of their files, in order
     * @throws OmenException CORRUPT if the file is no such file
     */
    static List<SegmentPart> read(Path file, List<Manifest.Part> parts) throws IOException {
        RoaringBitmap all = new RoaringBitmap();
        try {
            all.deserialize(ByteBuffer.wrap(Files.readAllBytes(file)));
        } catch (InvalidRoaringFormat | IndexOutOfBoundsException e) {
            throw new OmenException(ErrorCode.CORRUPT, file + " is damaged: " + e.getMessage(), e);
        }
        List<SegmentPart> read = new ArrayList<>();
        int first = 0;
        for (Manifest.Part part : parts) {
            BitSet kept = new BitSet(part.rows());
            int next = Math.addExact(first, part.rows());
            for (long row = all.nextValue(first); row >= 0 && row < next; ) {
                kept.set((int) row - first);
                row = all.nextValue((int) row + 1);
            }
            read.add(new SegmentPart(part.id(), KeptRows.of(kept, part.rows()), part.lists()));
            first = next;
        }
        return read;
    }
}
