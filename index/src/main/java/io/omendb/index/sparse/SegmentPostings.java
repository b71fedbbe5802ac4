package io.omendb.index.sparse;

import io.omendb.record.SparseVector;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The inverted indexes of a segment, one a field. While it grows one thread adds rows, and any may
 * read; packed ones are immutable.
 */
public final class SegmentPostings {
    private final Map<String, FieldPostings> byField;
    private volatile long growingBytes;

    private SegmentPostings(Map<String, FieldPostings> byField) {
        this.byField = byField;
    }

    /** Of a segment without rows. */
    public static SegmentPostings growing() {
        return new SegmentPostings(new ConcurrentHashMap<>());
    }

    /** Of a frozen segment. */
    public static SegmentPostings packed(Map<String, PackedPostings> fields) {
        return new SegmentPostings(new TreeMap<>(fields));
    }

    /**
     * Adds the next row.
     *
     * @param text UTF-8 or null
     * @param metadata JSON object in UTF-8 or null
     */
    public void add(
            SparseFields fields,
            int row,
            byte @Nullable [] text,
            byte @Nullable [] metadata,
            @Nullable SparseVector sparse) {
        if (text == null && sparse == null && !fields.mayIndex(metadata)) {
            // Most points are only a vector: what they need not pay, they do not.
            return;
        }
        fields.index(this, row, text, metadata, sparse);
        long bytes = 0;
        for (FieldPostings postings : byField.values()) {
            bytes += postings.bytes();
        }
        growingBytes = bytes;
    }

    GrowingPostings growing(String field) {
        return (GrowingPostings) byField.computeIfAbsent(field, any -> new GrowingPostings());
    }

    /** Names of the fields that any row has. */
    public Set<String> fields() {
        return Set.copyOf(byField.keySet());
    }

    /** The index of a field; null where no row has it. */
    public @Nullable FieldPostings field(String name) {
        return byField.get(name);
    }

    /** The packed index of a field; null where no row has it. */
    public @Nullable PackedPostings packedField(String name) {
        return (PackedPostings) byField.get(name);
    }

    /**
     * The sparse vector of a row, put together from the postings of all terms: as many lookups as
     * the segment has terms.
     *
     * @param row of a published snapshot
     * @return null where it has none
     */
    public @Nullable SparseVector sparseVector(int row) {
        FieldPostings postings = byField.get(SparseFields.SPARSE);
        return postings == null || postings.norm(row) == 0
                ? null
                : SparseTerms.vector(postings, row);
    }

    /** Whether no row has any term. */
    public boolean isEmpty() {
        return byField.isEmpty();
    }

    /** Whether there are fields that are still in the form they grow in. */
    public boolean isGrowing() {
        return byField.values().stream().anyMatch(GrowingPostings.class::isInstance);
    }

    /**
     * The same, packed.
     *
     * @param rows rows of the segment, which has stopped growing
     */
    public SegmentPostings pack(int rows) {
        Map<String, PackedPostings> packed = new TreeMap<>();
        byField.forEach(
                (field, postings) ->
                        packed.put(
                                field,
                                postings instanceof GrowingPostings growing
                                        ? PostingsBuilder.pack(growing, rows, isWeights(field))
                                        : (PackedPostings) postings));
        return packed(packed);
    }

    /** Whether a field's values are weights of sparse vectors, not frequencies. */
    public static boolean isWeights(String field) {
        return field.equals(SparseFields.SPARSE);
    }

    /**
     * Indexes that go into another one.
     *
     * @param newRows new number of each row, ascending; -1 where it is left out
     */
    public record Source(SegmentPostings postings, IntUnaryOperator newRows) {}

    /**
     * The rows of several packed indexes in one; those of a later source are numbered higher.
     *
     * @param rows rows in all
     */
    public static SegmentPostings concatenate(List<Source> sources, int rows) {
        Set<String> fields = new TreeSet<>();
        sources.forEach(source -> fields.addAll(source.postings().fields()));
        Map<String, PackedPostings> together = new TreeMap<>();
        for (String field : fields) {
            List<PostingsBuilder.Source> parts = new ArrayList<>();
            for (Source source : sources) {
                PackedPostings part = source.postings().packedField(field);
                if (part != null) {
                    parts.add(new PostingsBuilder.Source(part, source.newRows()));
                }
            }
            PackedPostings all = PostingsBuilder.concatenate(parts, rows, isWeights(field));
            if (all.size() > 0) {
                together.put(field, all);
            }
        }
        return packed(together);
    }

    /** Heap bytes. */
    public long bytes() {
        if (byField.isEmpty()) {
            return 0;
        }
        long growing = growingBytes;
        return growing > 0
                ? growing
                : byField.values().stream().mapToLong(FieldPostings::bytes).sum();
    }
}
