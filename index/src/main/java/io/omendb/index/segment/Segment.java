package io.omendb.index.segment;

import io.omendb.OmenException;
import io.omendb.index.file.MappedVectors;
import io.omendb.index.file.PartContent;
import io.omendb.index.file.RowImage;
import io.omendb.index.file.SegmentFolder;
import io.omendb.index.ivf.GrowingLists;
import io.omendb.index.ivf.ListsBuilder;
import io.omendb.index.ivf.PackedLists;
import io.omendb.index.ivf.PostingLists;
import io.omendb.index.sparse.SegmentPostings;
import io.omendb.index.sparse.SparseFields;
import io.omendb.schema.CollectionSchema;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Rows of one collection. Mutable while it is a shard's newest segment: the task thread appends.
 * Frozen from then on, apart from tombstones, and its vectors move from the heap to a mapped file
 * once they were written. Rows are told apart by their ordinal, dense from 0.
 *
 * <p>Written by the task thread; read by query threads, which learn how many rows there are from a
 * shard snapshot.
 */
public final class Segment {
    /** Ends the name of the file that a mutable segment's vectors go to. */
    private static final String GROWING = ".growing";

    private final String id;
    private final int slot;
    private final CollectionSchema schema;
    private final SegmentRows rows;
    private final Tombstones tombstones = new Tombstones();
    private final SegmentStorage storage;
    private final SparseFields sparseFields;
    private volatile Vectors vectors;
    private volatile int rowCount;
    private volatile @Nullable PostingLists lists;
    private volatile SegmentPostings postings = SegmentPostings.growing();
    private volatile boolean frozen;
    private volatile boolean retired;
    private boolean fieldsIndexed;

    private Segment(
            String id, int slot, CollectionSchema schema, Vectors vectors, SegmentStorage storage) {
        this.id = id;
        this.slot = slot;
        this.schema = schema;
        this.rows = new SegmentRows(schema.fields());
        this.sparseFields = SparseFields.of(schema);
        this.vectors = vectors;
        this.storage = storage;
    }

    /**
     * An empty mutable segment.
     *
     * @param slot the segment's number within its shard, never used twice
     * @param directory where vectors are written as they come; null to keep them on the heap
     */
    public static Segment mutable(int slot, CollectionSchema schema, @Nullable Path directory) {
        String id = UUID.randomUUID().toString();
        return new Segment(
                id,
                slot,
                schema,
                directory == null
                        ? new HeapVectors(schema.dimension())
                        : new FileVectors(directory.resolve(id + GROWING), schema.dimension()),
                new SegmentStorage());
    }

    /**
     * An empty segment for the rows of a merge.
     *
     * @param vectors of all rows that will be appended
     */
    public static Segment gathered(int slot, CollectionSchema schema, GatheredVectors vectors) {
        return new Segment(
                UUID.randomUUID().toString(), slot, schema, vectors, new SegmentStorage());
    }

    /**
     * Opens a stored segment. It is frozen.
     *
     * @throws OmenException CORRUPT naming the file if one is missing or damaged, or belongs to
     *     another collection
     */
    public static Segment open(Path directory, int slot, CollectionSchema schema) {
        SegmentFolder folder = SegmentFolder.open(directory);
        Vectors vectors = StoredVectors.of(folder, Map.of());
        if (vectors.dimension() != schema.dimension()) {
            throw OmenException.corrupt(
                    directory
                            + ": found dimension "
                            + vectors.dimension()
                            + ", expected "
                            + schema.dimension());
        }
        Segment segment =
                new Segment(
                        folder.manifest().segment(),
                        slot,
                        schema,
                        vectors,
                        new SegmentStorage(folder));
        folder.readRows(segment::appendRow);
        segment.lists = folder.lists();
        segment.freeze();
        SegmentPostings stored = folder.postings();
        if (stored == null) {
            segment.indexTexts();
        } else {
            segment.postings = stored;
        }
        return segment;
    }

    /**
     * Appends a row.
     *
     * @param vector the components, already normalised where the metric asks for it; copied
     * @return the row's ordinal
     */
    public int append(RowImage image, float[] vector) {
        if (frozen || !(vectors instanceof AppendedVectors appended)) {
            throw new IllegalStateException("segment " + id + " is sealed");
        }
        int row = rowCount;
        appended.append(row, vector);
        rows.append(row, image);
        postings.add(sparseFields, row, image.text(), image.metadata(), image.sparse());
        rowCount = row + 1;
        return row;
    }

    /** For files that were written before there was an inverted index. */
    private void indexTexts() {
        SegmentPostings growing = SegmentPostings.growing();
        for (int row = 0; row < rowCount; row++) {
            growing.add(sparseFields, row, rows.text(row), rows.metadata(row), null);
        }
        postings = growing.pack(rowCount);
    }

    /** Appends a row whose vector, and entry in the inverted index, are there already. */
    public void appendRow(RowImage image) {
        int row = rowCount;
        rows.append(row, image);
        rowCount = row + 1;
    }

    /** Ends appends. */
    public void freeze() {
        frozen = true;
    }

    /**
     * Writes a frozen segment to disk, unless that was done before, and moves reading to the file;
     * the heap copy of the vectors is freed once no reader uses it. Any thread may call this.
     *
     * @param parent where the segment's folder goes
     * @return the folder
     */
    public Path store(Path parent) {
        Path directory = parent.resolve(id);
        return storage.store(directory, () -> write(directory)).dir();
    }

    /**
     * Writes the segment of a merge to disk, which goes on using the inputs' files where that pays.
     *
     * @param partRowsMin rows for which a file is worth keeping
     */
    public void storeMerged(Path parent, int partRowsMin) {
        if (!(vectors instanceof GatheredVectors gathered)) {
            throw new IllegalStateException("segment " + id + " is not of a merge");
        }
        List<PartContent> contents = gathered.contents(partRowsMin);
        Path directory = parent.resolve(id);
        boolean shares = contents.stream().anyMatch(PartContent.Kept.class::isInstance);
        SegmentFolder unused =
                storage.store(
                        directory,
                        () ->
                                shares
                                        ? writeParts(directory, gathered, contents)
                                        : write(directory));
    }

    private SegmentFolder writeParts(
            Path directory, GatheredVectors gathered, List<PartContent> contents) {
        SegmentFolder written =
                SegmentFolder.write(
                        directory,
                        id,
                        schema,
                        contents,
                        (row, into, offset) -> gathered.read(row, 1, into, offset),
                        rows::image,
                        packedLists(),
                        packedPostings());
        vectors = StoredVectors.of(written, gathered.mapped());
        return written;
    }

    private SegmentFolder write(Path directory) {
        Vectors source = vectors;
        SegmentFolder.VectorsContent content =
                source instanceof AppendedVectors appended
                        ? appended.content(rowCount)
                        : SegmentFolder.VectorsContent.of(
                                schema.dimension(),
                                rowCount,
                                (row, into, offset) -> source.read(row, 1, into, offset));
        SegmentFolder written =
                SegmentFolder.write(
                        directory,
                        id,
                        schema,
                        rowCount,
                        content,
                        rows::image,
                        packedLists(),
                        packedPostings());
        MappedVectors mapped = source instanceof AppendedVectors grown ? grown.mapped() : null;
        vectors = StoredVectors.of(written, mapped == null ? Map.of() : Map.of(id, mapped));
        if (source instanceof AppendedVectors appended) {
            appended.close();
        }
        return written;
    }

    private @Nullable PackedLists packedLists() {
        PostingLists current = lists;
        if (current instanceof GrowingLists growing) {
            return ListsBuilder.pack(growing);
        }
        return (PackedLists) current;
    }

    /** The inverted indexes of a frozen segment, packed now unless they were. */
    public SegmentPostings packedPostings() {
        SegmentPostings current = postings;
        if (!current.isGrowing()) {
            return current;
        }
        SegmentPostings packed = current.pack(rowCount);
        postings = packed;
        return packed;
    }

    /** The inverted indexes. */
    public SegmentPostings postings() {
        return postings;
    }

    /** Puts the inverted indexes of a merge's rows in place. */
    public void index(SegmentPostings replacement) {
        postings = replacement;
    }

    /** Copies gathered vectors to the heap, for a segment that is not to be stored. */
    public void materialize() {
        HeapVectors own = new HeapVectors(schema.dimension());
        float[] vector = new float[schema.dimension()];
        for (int row = 0; row < rowCount; row++) {
            vectors.read(row, 1, vector, 0);
            own.append(row, vector);
        }
        vectors = own;
    }

    public boolean isFrozen() {
        return frozen;
    }

    /** Says that no shard holds the segment any more; snapshots may for a while. */
    public void retire() {
        retired = true;
    }

    /** Whether no shard holds the segment any more. */
    public boolean isRetired() {
        return retired;
    }

    /** Builds the indexes of metadata fields, unless that was done. Only maintenance calls this. */
    public boolean indexFields() {
        if (fieldsIndexed) {
            return false;
        }
        fieldsIndexed = true;
        rows.fields().freeze(rowCount);
        return !schema.fields().isEmpty();
    }

    /** Where the files are; null until they were written. */
    @Nullable SegmentFolder folder() {
        return storage.folder();
    }

    /** Whether the files were written. */
    public boolean isStored() {
        return storage.folder() != null;
    }

    /** Whether the segment was discarded and nobody needs its files. */
    public boolean isUnwanted() {
        return storage.isUnwanted();
    }

    /**
     * Keeps the files until {@link #unpinFiles()}, even if the segment is discarded meanwhile.
     *
     * @return false if it was discarded before, so that there is nothing to keep
     */
    public boolean pinFiles() {
        return storage.pin();
    }

    /** Takes a pin back. */
    public void unpinFiles() {
        storage.unpin();
        closeIfUnwanted();
    }

    /**
     * Deletes the files, once no pin is left. Mapped vectors stay readable for whoever holds the
     * segment.
     */
    public void discardFiles() {
        storage.discard();
        closeIfUnwanted();
    }

    private void closeIfUnwanted() {
        if (storage.isUnwanted() && vectors instanceof AppendedVectors) {
            storage.afterWriting(
                    () -> {
                        if (vectors instanceof AppendedVectors appended) {
                            appended.close();
                        }
                    });
        }
    }

    /** Names of the files, relative to the folder; empty unless stored. */
    public List<String> files() {
        SegmentFolder folder = storage.folder();
        return folder == null ? List.of() : folder.files();
    }

    /** Bytes on disk; 0 unless stored. */
    public long diskBytes() {
        SegmentFolder folder = storage.folder();
        return folder == null ? 0 : folder.bytes();
    }

    public String id() {
        return id;
    }

    public int slot() {
        return slot;
    }

    public CollectionSchema schema() {
        return schema;
    }

    /** Rows appended so far, dead ones included. */
    public int rowCount() {
        return rowCount;
    }

    public SegmentRows rows() {
        return rows;
    }

    public Tombstones tombstones() {
        return tombstones;
    }

    /** The posting lists, or null where rows are only searched flat. */
    public @Nullable PostingLists lists() {
        return lists;
    }

    /** Puts other posting lists in place; running searches go on with those they have. */
    public void index(PostingLists replacement) {
        lists = replacement;
    }

    public Vectors vectors() {
        return vectors;
    }

    /** Heap bytes of rows, vectors, tombstones and posting lists. */
    public long memoryBytes() {
        PostingLists current = lists;
        return rows.bytes()
                + vectors.heapBytes()
                + tombstones.bytes()
                + postings.bytes()
                + (current == null ? 0 : current.bytes());
    }
}
