package io.omendb.index.file;

import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.index.ivf.PackedLists;
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
 *   codebook-<id>.ivf  {@link CodebookFile}, their centroids
 *   stats/minmax.json  {@link FieldStatistics}
 * </pre>
 *
 * Immutable and safe to use from any thread.
 */
public final class SegmentFolder {
    /** Files whose names start with this are the same in all folders where they have that name. */
    public static final String CODEBOOK_PREFIX = "codebook-";

    private static final String VECTORS = "vectors.arrow";
    private static final String ROWS = "metadata.parquet";
    private static final String LISTS = "index.ivf";
    private static final String STATISTICS = "stats/minmax.json";
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

    private SegmentFolder(Path dir, Manifest manifest) {
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
     * @throws OmenException EXTERNAL if the folder exists or cannot be written
     */
    public static SegmentFolder write(
            Path dir,
            String segment,
            CollectionSchema schema,
            int rows,
            VectorsContent vectors,
            IntFunction<RowImage> rowAt,
            @Nullable PackedLists lists) {
        try (StagedFolder folder = StagedFolder.create(dir)) {
            Map<String, FileDigest> files = new LinkedHashMap<>();
            files.put(VECTORS, vectors.writeTo(folder.file(VECTORS)));
            FieldStatistics statistics = new FieldStatistics(schema.fields());
            files.put(
                    ROWS,
                    RowsFile.writeDigested(
                            folder.file(ROWS), schema.fields(), rows, rowAt, statistics));
            if (lists != null) {
                files.put(LISTS, IvfFile.writeDigested(folder.file(LISTS), lists));
                String codebook = CodebookFile.name(lists.codebook().id());
                files.put(
                        codebook,
                        CodebookFile.writeDigested(folder.file(codebook), lists.codebook()));
            }
            files.put(STATISTICS, writeBytes(folder.file(STATISTICS), statistics.toJson(rows)));
            Manifest manifest =
                    new Manifest(
                            segment,
                            schema.name(),
                            schema.dimension(),
                            schema.metric(),
                            rows,
                            lists == null ? 0 : lists.codebook().version(),
                            lists == null ? "flat" : "ivf",
                            files);
            FileDigest unused = writeBytes(folder.file(Manifest.NAME), manifest.encode());
            folder.commit();
            return new SegmentFolder(dir, manifest);
        } catch (IOException e) {
            throw new OmenException(ErrorCode.EXTERNAL, "cannot write " + dir + ": " + e, e);
        }
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

    /** Maps the vectors. */
    public MappedVectors vectors() {
        Path file = dir.resolve(VECTORS);
        MappedVectors vectors = VectorsFile.open(file);
        if (vectors.rows() != manifest.rows() || vectors.dimension() != manifest.dimension()) {
            throw OmenException.corrupt(
                    String.format(
                            "%s holds %d x %d, its manifest says %d x %d",
                            file,
                            vectors.rows(),
                            vectors.dimension(),
                            manifest.rows(),
                            manifest.dimension()));
        }
        return vectors;
    }

    /** Reads the posting lists; null where the segment has none. */
    public @Nullable PackedLists lists() {
        if (!manifest.files().containsKey(LISTS)) {
            return null;
        }
        Path file = dir.resolve(LISTS);
        try {
            PackedLists lists = IvfFile.read(file);
            if (lists.indexedRows() != manifest.rows()) {
                throw OmenException.corrupt(
                        file
                                + " holds "
                                + lists.indexedRows()
                                + " rows, its manifest says "
                                + manifest.rows());
            }
            return lists;
        } catch (IOException e) {
            throw new OmenException(ErrorCode.EXTERNAL, "cannot read " + file + ": " + e, e);
        }
    }

    /** Reads every row, in order. */
    public void readRows(Consumer<RowImage> sink) {
        Path file = dir.resolve(ROWS);
        int rows = 0;
        try (RowReader reader = RowReader.open(file)) {
            for (RowImage row = reader.next(); row != null; row = reader.next()) {
                sink.accept(row);
                rows++;
            }
        }
        if (rows != manifest.rows()) {
            throw OmenException.corrupt(
                    file + " holds " + rows + " rows, its manifest says " + manifest.rows());
        }
    }

    private static FileDigest writeBytes(Path file, byte[] content) throws IOException {
        try (ChecksummedOutput out = ChecksummedOutput.create(file)) {
            out.write(content);
            return out.finish();
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
