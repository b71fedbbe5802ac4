package io.omendb.index.file;

import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.index.ivf.Codebook;
import io.omendb.index.ivf.ListsBuilder;
import io.omendb.index.ivf.PackedLists;
import io.omendb.index.sparse.SegmentPostings;
import io.omendb.schema.CollectionSchema;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * A segment on disk. Written once, never changed:
 *
 * <pre>
 *   manifest.json      {@link Manifest}: what is here, with a checksum of every file
 *   vectors.arrow      {@link VectorsFile}
 *   metadata.parquet   {@link RowsFile}
 *   index.ivf          {@link IvfFile}, where the segment has posting lists
 *   sparse.arrow       {@link SparseFile}, where any row has a text or a sparse vector
 *                      or, where the segment was merged from others,
 *   parts/<id>/…       the same files, written for segment <id> and shared with it; or for the
 *                      new segment alone; index-<number>.ivf where lists were made again
 *   rows.roaring       {@link KeptRowsFile}: which of their rows it has
 *   codebook-<id>.ivf  {@link CodebookFile}, their centroids
 *   stats/minmax.json  {@link FieldStatistics}
 * </pre>
 *
 * Immutable and safe to use from any thread.
 */
public final class SegmentFolder {
    /** Files whose names start with this are the same in all folders where they have that name. */
    public static final String CODEBOOK_PREFIX = "codebook-";

    static final String VECTORS = "vectors.arrow";
    static final String ROWS = "metadata.parquet";
    static final String LISTS = "index.ivf";
    static final String SPARSE = "sparse.arrow";
    static final String STATISTICS = "stats/minmax.json";
    static final String KEPT = "rows.roaring";
    private static final String PARTS = "parts/";
    private static final int READ_BYTES = 1 << 16;

    private final Path dir;
    private final Manifest manifest;

    /** Makes the file of the vectors. */
    @FunctionalInterface
    public interface VectorsContent {

        /** Writes it. */
        FileDigest writeTo(Path file) throws IOException;

        /** Row after row. */
        static VectorsContent of(int dimension, int rows, VectorsFile.RowSource source) {
            return file -> VectorsFile.writeDigested(file, dimension, rows, source);
        }

        /** A file that is there already and complete but for its ends. */
        static VectorsContent of(GrowingVectorsFile growing) {
            return growing::finish;
        }
    }

    SegmentFolder(Path dir, Manifest manifest) {
        this.dir = dir;
        this.manifest = manifest;
    }

    /**
     * Writes a segment, forces it to the disk and gives it its name in one step. Where that fails,
     * nothing is left behind.
     *
     * @param dir the new folder; its parent is created where missing
     * @param vectors where the vectors of rows 0 to {@code rows - 1} come from
     * @param rowAt asked for rows 0 to {@code rows - 1} in order
     * @param lists posting lists of all rows; null for none
     * @param postings packed inverted indexes of all rows
     * @throws OmenException EXTERNAL if the folder exists or cannot be written
     */
    public static SegmentFolder write(
            Path dir,
            String segment,
            CollectionSchema schema,
            int rows,
            VectorsContent vectors,
            IntFunction<RowImage> rowAt,
            @Nullable PackedLists lists,
            SegmentPostings postings) {
        try (SegmentFolderWriter writer =
                SegmentFolderWriter.create(dir, schema, lists, postings)) {
            writer.rows(vectors, rows, rowAt);
            return writer.finish(segment, rows);
        } catch (IOException e) {
            throw new OmenException(ErrorCode.EXTERNAL, "cannot write " + dir + ": " + e, e);
        }
    }

    /**
     * Writes a segment that shares files with others.
     *
     * @param parts in the order of their rows
     * @param vectors where vectors of rows come from that are written
     * @param rowAt asked for any row
     * @throws OmenException EXTERNAL if the folder exists or cannot be written
     */
    public static SegmentFolder write(
            Path dir,
            String segment,
            CollectionSchema schema,
            List<PartContent> parts,
            VectorsFile.RowSource vectors,
            IntFunction<RowImage> rowAt,
            @Nullable PackedLists lists,
            SegmentPostings postings) {
        try (SegmentFolderWriter writer =
                SegmentFolderWriter.create(dir, schema, lists, postings)) {
            for (PartContent part : parts) {
                writer.part(part, vectors, rowAt);
            }
            return writer.finishParts(segment, rowAt);
        } catch (IOException e) {
            throw new OmenException(ErrorCode.EXTERNAL, "cannot write " + dir + ": " + e, e);
        }
    }

    /** Where a file of a part lies in the folder of a segment that shares it. */
    static String partFile(String part, String file) {
        return PARTS + part + "/" + file;
    }

    /**
     * A file's name in the folder of the segment that it was written for: the same for all segments
     * that share it.
     *
     * @param segment the segment in whose folder it was found
     * @param file its name there
     * @return segment and name, or the name alone for what belongs to no segment
     */
    public static String origin(String segment, String file) {
        if (file.startsWith(CODEBOOK_PREFIX)) {
            return file;
        }
        return file.startsWith(PARTS) ? file.substring(PARTS.length()) : segment + "/" + file;
    }

    /**
     * Opens a segment after checking the length and checksum of every file.
     *
     * @throws OmenException CORRUPT naming the first file that is missing or damaged; INVALID if a
     *     newer OmenDB wrote the segment
     */
    public static SegmentFolder open(Path dir) {
        Path file = dir.resolve(Manifest.NAME);
        try {
            Manifest manifest = Manifest.decode(file, Files.readAllBytes(file));
            for (Map.Entry<String, FileDigest> entry : manifest.files().entrySet()) {
                file = dir.resolve(entry.getKey());
                verify(file, entry.getValue());
            }
            return new SegmentFolder(dir, manifest);
        } catch (NoSuchFileException e) {
            throw new OmenException(ErrorCode.CORRUPT, file + " is missing", e);
        } catch (IOException e) {
            throw new OmenException(ErrorCode.EXTERNAL, "cannot read " + file + ": " + e, e);
        }
    }

    public Path dir() {
        return dir;
    }

    public Manifest manifest() {
        return manifest;
    }

    /** Every file, by name relative to the folder; the manifest last. */
    public List<String> files() {
        List<String> names = new ArrayList<>(manifest.files().keySet());
        names.add(Manifest.NAME);
        return List.copyOf(names);
    }

    /** Bytes of all files but the manifest. */
    public long bytes() {
        return manifest.files().values().stream().mapToLong(FileDigest::bytes).sum();
    }

    /**
     * Which rows of which files the segment has, in order. A segment that shares no files is one
     * part.
     */
    public List<SegmentPart> parts() {
        if (manifest.parts().isEmpty()) {
            return List.of(
                    new SegmentPart(
                            manifest.segment(),
                            KeptRows.all(manifest.rows()),
                            manifest.files().containsKey(LISTS) ? LISTS : null));
        }
        Path file = dir.resolve(KEPT);
        try {
            List<SegmentPart> parts = KeptRowsFile.read(file, manifest.parts());
            int rows = parts.stream().mapToInt(part -> part.rows().count()).sum();
            if (rows != manifest.rows()) {
                throw OmenException.corrupt(
                        file + " holds " + rows + " rows, its manifest says " + manifest.rows());
            }
            return parts;
        } catch (IOException e) {
            throw new OmenException(ErrorCode.EXTERNAL, "cannot read " + file + ": " + e, e);
        }
    }

    /** A file of a part, relative to the folder. */
    String nameOf(SegmentPart part, String file) {
        return manifest.parts().isEmpty() ? file : partFile(part.id(), file);
    }

    /** Maps the vectors of a part's file, whether they belong to this segment or not. */
    public MappedVectors vectors(SegmentPart part) {
        Path file = dir.resolve(nameOf(part, VECTORS));
        MappedVectors vectors = VectorsFile.open(file);
        int rows = part.rows().fileRows();
        if (vectors.rows() != rows || vectors.dimension() != manifest.dimension()) {
            throw OmenException.corrupt(
                    String.format(
                            "%s holds %d x %d, its manifest says %d x %d",
                            file, vectors.rows(), vectors.dimension(), rows, manifest.dimension()));
        }
        return vectors;
    }

    /** Whether the posting lists belong to this codebook. */
    boolean hasLists(Codebook codebook) {
        return manifest.files().containsKey(CodebookFile.name(codebook.id()));
    }

    /** Reads the posting lists; null where the segment has none. */
    public @Nullable PackedLists lists() {
        List<PackedLists> read = new ArrayList<>();
        List<ListsBuilder.Source> sources = new ArrayList<>();
        FolderCodebooks codebooks = new FolderCodebooks(dir);
        int first = 0;
        for (SegmentPart part : parts()) {
            if (part.lists() == null) {
                return null;
            }
            PackedLists lists = lists(part, part.lists(), codebooks);
            read.add(lists);
            sources.add(new ListsBuilder.Source(lists, part.rows().newRows(first)));
            first += part.rows().count();
        }
        if (read.isEmpty() || manifest.parts().isEmpty()) {
            return read.isEmpty() ? null : read.get(0);
        }
        return ListsBuilder.concatenate(read.get(0).codebook(), first, sources);
    }

    private PackedLists lists(SegmentPart part, String name, FolderCodebooks codebooks) {
        Path file = dir.resolve(nameOf(part, name));
        try {
            PackedLists lists = IvfFile.read(file, codebooks);
            if (lists.indexedRows() != part.rows().fileRows()) {
                throw OmenException.corrupt(
                        file
                                + " holds "
                                + lists.indexedRows()
                                + " rows, its manifest says "
                                + part.rows().fileRows());
            }
            return lists;
        } catch (IOException e) {
            throw new OmenException(ErrorCode.EXTERNAL, "cannot read " + file + ": " + e, e);
        }
    }

    /** Whether texts were indexed at all when the segment was written. */
    public boolean indexesTexts() {
        return manifest.version() >= Manifest.INDEXES_TEXTS_FROM;
    }

    /** Whether a part has terms. */
    boolean hasPostings(SegmentPart part) {
        return manifest.files().containsKey(nameOf(part, SPARSE));
    }

    /**
     * Reads the inverted indexes.
     *
     * @return null where the segment was written before there were any
     */
    public @Nullable SegmentPostings postings() {
        if (!indexesTexts()) {
            return null;
        }
        List<SegmentPostings.Source> sources = new ArrayList<>();
        int first = 0;
        for (SegmentPart part : parts()) {
            if (hasPostings(part)) {
                sources.add(
                        new SegmentPostings.Source(readPostings(part), part.rows().newRows(first)));
            }
            first += part.rows().count();
        }
        return sources.size() == 1 && manifest.parts().isEmpty()
                ? sources.get(0).postings()
                : SegmentPostings.concatenate(sources, first);
    }

    private SegmentPostings readPostings(SegmentPart part) {
        Path file = dir.resolve(nameOf(part, SPARSE));
        try {
            return SparseFile.read(file, part.rows().fileRows());
        } catch (IOException e) {
            throw new OmenException(ErrorCode.EXTERNAL, "cannot read " + file + ": " + e, e);
        }
    }

    /** Reads every row, in order. */
    public void readRows(Consumer<RowImage> sink) {
        for (SegmentPart part : parts()) {
            Path file = dir.resolve(nameOf(part, ROWS));
            int rows = 0;
            try (RowReader reader = RowReader.open(file)) {
                for (RowImage row = reader.next(); row != null; row = reader.next()) {
                    if (part.rows().isKept(rows++)) {
                        sink.accept(row);
                    }
                }
            }
            if (rows != part.rows().fileRows()) {
                throw OmenException.corrupt(
                        file
                                + " holds "
                                + rows
                                + " rows, its manifest says "
                                + part.rows().fileRows());
            }
        }
    }

    private static void verify(Path file, FileDigest expected) throws IOException {
        String problem = damage(file, expected);
        if (problem != null) {
            throw OmenException.corrupt(file + " is damaged: " + problem);
        }
    }

    /** What is wrong with a file, or null. */
    private static @Nullable String damage(Path file, FileDigest expected) throws IOException {
        long size = Files.size(file);
        if (size != expected.bytes()) {
            return "it has " + size + " bytes, expected " + expected.bytes();
        }
        CRC32C crc = new CRC32C();
        byte[] buffer = new byte[READ_BYTES];
        try (InputStream in = Files.newInputStream(file)) {
            for (int got = in.read(buffer); got >= 0; got = in.read(buffer)) {
                crc.update(buffer, 0, got);
            }
        }
        FileDigest found = new FileDigest(size, (int) crc.getValue());
        if (found.crc32c() != expected.crc32c()) {
            return "its checksum is " + found.hex() + ", expected " + expected.hex();
        }
        return null;
    }

    /**
     * What is wrong with the files of a folder, all of it.
     *
     * @return by file name; nothing for a sound folder
     */
    public static Map<String, String> damage(Path dir) {
        Map<String, String> damage = new LinkedHashMap<>();
        String name = Manifest.NAME;
        try {
            Path file = dir.resolve(name);
            Manifest manifest = Manifest.decode(file, Files.readAllBytes(file));
            for (Map.Entry<String, FileDigest> entry : manifest.files().entrySet()) {
                name = entry.getKey();
                file = dir.resolve(name);
                String problem =
                        Files.exists(file) ? damage(file, entry.getValue()) : "it is missing";
                if (problem != null) {
                    damage.put(name, problem);
                }
            }
        } catch (NoSuchFileException e) {
            damage.put(name, "it is missing");
        } catch (IOException | OmenException e) {
            damage.put(name, String.valueOf(e.getMessage()));
        }
        return damage;
    }
}
