package io.omendb.index.file;

import io.omendb.index.file.SegmentFolder.VectorsContent;
import io.omendb.index.ivf.ListsBuilder;
import io.omendb.index.ivf.PackedLists;
import io.omendb.index.sparse.SegmentPostings;
import io.omendb.schema.CollectionSchema;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Writes the folder of one segment. Closing it before it is finished removes everything. Used by
 * one thread.
 */
final class SegmentFolderWriter implements AutoCloseable {
    private final Path dir;
    private final CollectionSchema schema;
    private final @Nullable PackedLists lists;
    private final SegmentPostings postings;
    private final StagedFolder folder;
    private final FieldStatistics statistics;
    private final Map<String, FileDigest> files = new LinkedHashMap<>();
    private final List<SegmentPart> parts = new ArrayList<>();
    private int partRows;

    private SegmentFolderWriter(
            Path dir,
            CollectionSchema schema,
            @Nullable PackedLists lists,
            SegmentPostings postings,
            StagedFolder folder) {
        this.dir = dir;
        this.schema = schema;
        this.lists = lists;
        this.postings = postings;
        this.folder = folder;
        this.statistics = new FieldStatistics(schema.fields());
    }

    /**
     * Starts a folder.
     *
     * @param lists posting lists of all rows; null for none
     * @param postings inverted indexes of all rows
     */
    static SegmentFolderWriter create(
            Path dir,
            CollectionSchema schema,
            @Nullable PackedLists lists,
            SegmentPostings postings)
            throws IOException {
        return new SegmentFolderWriter(dir, schema, lists, postings, StagedFolder.create(dir));
    }

    /** The segment's own rows. */
    void rows(VectorsContent vectors, int rows, IntFunction<RowImage> rowAt) throws IOException {
        rows("", vectors, rows, rowAt, statistics);
        writePostings("", postings);
        if (lists != null) {
            files.put(
                    SegmentFolder.LISTS,
                    IvfFile.writeDigested(folder.file(SegmentFolder.LISTS), lists));
        }
    }

    /** The next rows of a segment that shares files. */
    void part(PartContent part, VectorsFile.RowSource vectors, IntFunction<RowImage> rowAt)
            throws IOException {
        if (part instanceof PartContent.Kept kept) {
            keep(kept.from(), kept.part());
        } else if (part instanceof PartContent.Written written) {
            write(written, vectors, rowAt);
        }
        partRows += parts.get(parts.size() - 1).rows().count();
    }

    private void keep(SegmentFolder from, SegmentPart part) throws IOException {
        link(from, part, SegmentFolder.VECTORS);
        link(from, part, SegmentFolder.ROWS);
        if (from.hasPostings(part)) {
            link(from, part, SegmentFolder.SPARSE);
        }
        String name = part.lists();
        if (lists != null) {
            if (name != null && from.hasLists(lists.codebook())) {
                link(from, part, name);
            } else {
                name = writeLists(part.id(), part.rows());
            }
        }
        parts.add(new SegmentPart(part.id(), part.rows(), lists == null ? null : name));
    }

    private void link(SegmentFolder from, SegmentPart part, String file) throws IOException {
        String source = from.nameOf(part, file);
        String target = SegmentFolder.partFile(part.id(), file);
        FileDigest digest = Objects.requireNonNull(from.manifest().files().get(source), source);
        // Two merged segments may have different rows of the same file.
        if (files.put(target, digest) == null) {
            LinkedFiles.linkOrCopy(from.dir().resolve(source), folder.file(target));
        }
    }

    private void write(
            PartContent.Written part, VectorsFile.RowSource vectors, IntFunction<RowImage> rowAt)
            throws IOException {
        String id = UUID.randomUUID().toString();
        int first = part.firstRow();
        rows(
                SegmentFolder.partFile(id, ""),
                VectorsContent.of(
                        schema.dimension(),
                        part.rows(),
                        (row, into, offset) -> vectors.read(first + row, into, offset)),
                part.rows(),
                row -> rowAt.apply(first + row),
                new FieldStatistics(schema.fields()));
        KeptRows all = KeptRows.all(part.rows());
        writePostings(SegmentFolder.partFile(id, ""), postingsOf(all));
        parts.add(new SegmentPart(id, all, writeLists(id, all)));
    }

    /** Inverted indexes of the next part's rows, counted as its files count them. */
    private SegmentPostings postingsOf(KeptRows rows) {
        int first = partRows;
        return SegmentPostings.concatenate(
                List.of(
                        new SegmentPostings.Source(
                                postings,
                                row ->
                                        row < first || row >= first + rows.count()
                                                ? -1
                                                : rows.fileRow(row - first))),
                rows.fileRows());
    }

    private void writePostings(String prefix, SegmentPostings some) throws IOException {
        if (!some.isEmpty()) {
            String file = prefix + SegmentFolder.SPARSE;
            files.put(file, SparseFile.writeDigested(folder.file(file), some));
        }
    }

    /** Lists of the next part's rows, counted as its files count them. */
    private @Nullable String writeLists(String part, KeptRows rows) throws IOException {
        if (lists == null) {
            return null;
        }
        int first = partRows;
        PackedLists own =
                ListsBuilder.concatenate(
                        lists.codebook(),
                        rows.fileRows(),
                        List.of(
                                new ListsBuilder.Source(
                                        lists,
                                        row ->
                                                row < first || row >= first + rows.count()
                                                        ? -1
                                                        : rows.fileRow(row - first))));
        // Whoever else made lists for this part has others.
        String name = "index-" + UUID.randomUUID() + ".ivf";
        String file = SegmentFolder.partFile(part, name);
        files.put(file, IvfFile.writeDigested(folder.file(file), own));
        return name;
    }

    private void rows(
            String prefix,
            VectorsContent vectors,
            int rows,
            IntFunction<RowImage> rowAt,
            FieldStatistics sums)
            throws IOException {
        String vectorsFile = prefix + SegmentFolder.VECTORS;
        String rowsFile = prefix + SegmentFolder.ROWS;
        files.put(vectorsFile, vectors.writeTo(folder.file(vectorsFile)));
        files.put(
                rowsFile,
                RowsFile.writeDigested(folder.file(rowsFile), schema.fields(), rows, rowAt, sums));
    }

    SegmentFolder finishParts(String segment, IntFunction<RowImage> rowAt) throws IOException {
        files.put(
                SegmentFolder.KEPT,
                KeptRowsFile.writeDigested(folder.file(SegmentFolder.KEPT), parts));
        for (int row = 0; row < partRows && !schema.fields().isEmpty(); row++) {
            statistics.addRow(rowAt.apply(row).metadata());
        }
        return finish(segment, partRows);
    }

    SegmentFolder finish(String segment, int rows) throws IOException {
        if (lists != null) {
            String codebook = CodebookFile.name(lists.codebook().id());
            files.put(
                    codebook, CodebookFile.writeDigested(folder.file(codebook), lists.codebook()));
        }
        files.put(
                SegmentFolder.STATISTICS,
                writeBytes(folder.file(SegmentFolder.STATISTICS), statistics.toJson(rows)));
        Manifest manifest =
                new Manifest(
                        Manifest.FORMAT_VERSION,
                        segment,
                        schema.name(),
                        schema.dimension(),
                        schema.metric(),
                        rows,
                        lists == null ? 0 : lists.codebook().version(),
                        lists == null ? "flat" : "ivf",
                        parts.stream()
                                .map(
                                        part ->
                                                new Manifest.Part(
                                                        part.id(),
                                                        part.rows().fileRows(),
                                                        part.lists()))
                                .toList(),
                        files);
        FileDigest unused = writeBytes(folder.file(Manifest.NAME), manifest.encode());
        folder.commit();
        return new SegmentFolder(dir, manifest);
    }

    private static FileDigest writeBytes(Path file, byte[] content) throws IOException {
        try (ChecksummedOutput out = ChecksummedOutput.create(file)) {
            out.write(content);
            return out.finish();
        }
    }

    @Override
    public void close() throws IOException {
        folder.close();
    }
}
