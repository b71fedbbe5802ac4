package io.omendb.index.file;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.schema.Metric;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * {@code manifest.json}: what a segment folder holds. A JSON object in UTF-8:
 *
 * <pre>
 * {
 *   "format_version" : 4,           before 4, components were float32 only; before 3, texts
 *                                   were not indexed
 *   "segment" : "0e5c…",            the segment's id
 *   "collection" : "products",
 *   "dimension" : 128,
 *   "metric" : "l2",
 *   "rows" : 65536,
 *   "codebook_version" : 0,         0 where the index needs no codebook
 *   "index_kind" : "flat",
 *   "parts" : [ {"segment" : "77ab…", "rows" : 8192, "lists" : "index.ivf"}, … ],
 *                                   left out where the segment has files of its own
 *   "files" : [ {"name" : "vectors.arrow", "bytes" : 33555200, "crc32c" : "9af01b22"}, … ]
 * ,"manifest_crc32c":"0badcafe"}
 * </pre>
 *
 * White space does not matter but for the last line, which always takes the same 31 bytes, newline
 * included, and ends the file: its eight lower-case hexadecimal digits are the CRC-32C of all bytes
 * before that line. Every version of the format keeps that line and {@code format_version}, so that
 * an older OmenDB can tell a newer file from a damaged one.
 *
 * @param version of the format
 * @param segment the segment's id
 * @param rows rows in every file that has rows
 * @param codebookVersion version of the shard's codebook that the index was built with
 * @param parts whose files hold the rows, in order; none where the segment's own do
 * @param files by name relative to the folder, with forward slashes; all but the manifest itself
 */
public record Manifest(
        int version,
        String segment,
        String collection,
        int dimension,
        Metric metric,
        int rows,
        int codebookVersion,
        String indexKind,
        List<Part> parts,
        Map<String, FileDigest> files) {

    static final String NAME = "manifest.json";
    static final int FORMAT_VERSION = 4;
    static final int INDEXES_TEXTS_FROM = 3;

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String SEAL_START = ",\"manifest_crc32c\":\"";
    private static final String SEAL_END = "\"}\n";
    private static final int SEAL_BYTES = SEAL_START.length() + 8 + SEAL_END.length();

    /**
     * Files with rows.
     *
     * @param id the segment they were written for
     * @param rows rows they hold, not all of which this segment need have
     * @param lists name of their posting lists; null for none
     */
    public record Part(String id, int rows, @Nullable String lists) {}

    public Manifest {
        parts = List.copyOf(parts);
        files = Collections.unmodifiableMap(new LinkedHashMap<>(files));
    }

    /** The file's content. */
    byte[] encode() {
        ObjectNode root =
                JSON.createObjectNode()
                        .put("format_version", version)
                        .put("segment", segment)
                        .put("collection", collection)
                        .put("dimension", dimension)
                        .put("metric", metric.apiName())
                        .put("rows", rows)
                        .put("codebook_version", codebookVersion)
                        .put("index_kind", indexKind);
        if (!parts.isEmpty()) {
            ArrayNode list = root.putArray("parts");
            for (Part part : parts) {
                ObjectNode entry =
                        list.addObject().put("segment", part.id()).put("rows", part.rows());
                if (part.lists() != null) {
                    entry.put("lists", part.lists());
                }
            }
        }
        ArrayNode list = root.putArray("files");
        files.forEach(
                (name, digest) ->
                        list.addObject()
                                .put("name", name)
                                .put("bytes", digest.bytes())
                                .put("crc32c", digest.hex()));
        String closed = root.toPrettyString();
        byte[] open = closed.substring(0, closed.length() - 1).getBytes(StandardCharsets.UTF_8);
        byte[] seal = seal(open).getBytes(StandardCharsets.US_ASCII);
        byte[] all = Arrays.copyOf(open, open.length + seal.length);
        System.arraycopy(seal, 0, all, open.length, seal.length);
        return all;
    }

    /**
     * Reads a manifest.
     *
     * @param file named in errors
     * @throws OmenException CORRUPT if it is damaged, INVALID if a newer OmenDB wrote it
     */
    static Manifest decode(Path file, byte[] content) {
        checkSeal(file, content);
        try {
            JsonNode root = JSON.readTree(content);
            int version = root.required("format_version").asInt();
            if (version > FORMAT_VERSION) {
                throw OmenException.invalid(
                        file
                                + " was written by a newer OmenDB: format version "
                                + version
                                + ", this one reads up to "
                                + FORMAT_VERSION);
            }
            return fields(root);
        } catch (IOException | IllegalArgumentException e) {
            throw new OmenException(
                    ErrorCode.CORRUPT, file + " is damaged: a part of it is missing or wrong", e);
        }
    }

    private static Manifest fields(JsonNode root) {
        Map<String, FileDigest> files = new LinkedHashMap<>();
        for (JsonNode entry : root.required("files")) {
            files.put(
                    entry.required("name").asText(),
                    new FileDigest(
                            entry.required("bytes").asLong(),
                            Integer.parseUnsignedInt(entry.required("crc32c").asText(), 16)));
        }
        List<Part> parts = new ArrayList<>();
        for (JsonNode part : root.path("parts")) {
            parts.add(
                    new Part(
                            part.required("segment").asText(),
                            part.required("rows").asInt(),
                            part.path("lists").textValue()));
        }
        return new Manifest(
                root.required("format_version").asInt(),
                root.required("segment").asText(),
                root.required("collection").asText(),
                root.required("dimension").asInt(),
                Metric.ofApiName(root.required("metric").asText()),
                root.required("rows").asInt(),
                root.required("codebook_version").asInt(),
                root.required("index_kind").asText(),
                parts,
                files);
    }

    private static void checkSeal(Path file, byte[] content) {
        int open = content.length - SEAL_BYTES;
        if (open > 0) {
            String found = new String(content, open, SEAL_BYTES, StandardCharsets.ISO_8859_1);
            if (found.equals(seal(Arrays.copyOf(content, open)))) {
                return;
            }
        }
        throw OmenException.corrupt(
                file + " is damaged: its last line is not the checksum of the lines before");
    }

    private static String seal(byte[] open) {
        return SEAL_START + FileDigest.of(open).hex() + SEAL_END;
    }
}
