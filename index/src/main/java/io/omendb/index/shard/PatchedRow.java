package io.omendb.index.shard;

import io.omendb.OmenException;
import io.omendb.index.file.RowImage;
import io.omendb.index.segment.Segment;
import io.omendb.record.MergePatch;
import io.omendb.record.PointPatch;
import io.omendb.record.PointPatch.Part;
import io.omendb.record.SparseVector;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A row as a patch leaves it. The present one is only read. */
final class PatchedRow {
    /**
     * Metadata that patches put together are at most this long: each may add a little for ever. A
     * record of its own, which Kafka bounds at as much, may bring more where it is set up so.
     */
    static final int METADATA_BYTES_MAX = 1 << 20;

    private static final Logger LOG = LoggerFactory.getLogger(PatchedRow.class);

    private final Segment segment;
    private final int row;
    private final byte @Nullable [] before;
    private final byte @Nullable [] metadata;
    private final byte @Nullable [] text;
    private final @Nullable SparseVector sparse;

    private PatchedRow(Segment segment, int row, PointPatch patch) {
        this.segment = segment;
        this.row = row;
        this.before = segment.rows().metadata(row);
        this.metadata = metadata(patch);
        this.text = patch.keeps(Part.TEXT) ? segment.rows().text(row) : utf8(patch.text());
        this.sparse =
                patch.keeps(Part.SPARSE) ? segment.postings().sparseVector(row) : patch.sparse();
    }

    /**
     * The row after the patch.
     *
     * @return null where its metadata cannot be read: some formats store what JSON's reader
     *     refuses, such as a name of 50,001 characters
     */
    static @Nullable PatchedRow of(Segment segment, int row, PointPatch patch) {
        try {
            return new PatchedRow(segment, row, patch);
        } catch (OmenException e) {
            LOG.warn(
                    "a patch of point '{}' was not applied: {}",
                    segment.rows().idString(row),
                    e.getMessage(),
                    e);
            return null;
        }
    }

    private byte @Nullable [] metadata(PointPatch patch) {
        if (patch.removed().contains(Part.METADATA)) {
            return null;
        }
        return patch.metadata() == null ? before : MergePatch.apply(before, patch.metadata());
    }

    private static byte @Nullable [] utf8(@Nullable String value) {
        return value == null ? null : value.getBytes(StandardCharsets.UTF_8);
    }

    /** Whether metadata has grown beyond what it may. */
    boolean outgrows() {
        return metadata != null
                && metadata.length > METADATA_BYTES_MAX
                && (before == null || metadata.length > before.length);
    }

    /**
     * The new row, with the id and the position of {@code origin}. It is as old as the present one:
     * were it younger, a row could expire while it is restored without the patch that had kept it.
     */
    RowImage image(RowImage origin) {
        return new RowImage(
                origin.id(),
                origin.keyGroup(),
                origin.source(),
                origin.offset(),
                segment.rows().timestampMs(row),
                metadata,
                text,
                sparse);
    }

    /**
     * The vector of the present row, in the form that kernels compare. It is not prepared anew: the
     * rounding of that would move it a little with each patch.
     */
    float[] storedVector() {
        float[] vector = new float[segment.schema().dimension()];
        segment.vectors().read(row, 1, vector, 0);
        return vector;
    }
}
