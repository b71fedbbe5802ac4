package io.omendb.bench.hybrid;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.bench.stack.GatewayCalls;
import java.io.BufferedReader;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.zip.GZIPInputStream;

/**
 * Packages with a text and a vector each: {@code packages.jsonl.gz}, an object a line, and {@code
 * vectors.i8.gz}, as many signed bytes a line as there are components.
 */
public final class Packages {
    private final List<Package> all;
    private final Map<String, Integer> rows = new HashMap<>();

    private Packages(List<Package> all) {
        this.all = all;
        for (int row = 0; row < all.size(); row++) {
            rows.put(all.get(row).id(), row);
        }
    }

    /**
     * A package.
     *
     * @param tags debtags, by which two packages are judged alike
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    public record Package(
            String id,
            String title,
            String text,
            String section,
            long installedKb,
            Set<String> tags,
            float[] vector) {

        public ObjectNode point() {
            ObjectNode point = GatewayCalls.JSON.createObjectNode();
            point.put("id", id).put("text", text);
            ArrayNode components = point.putArray("vector");
            for (float component : vector) {
                components.add((int) component);
            }
            ObjectNode metadata = point.putObject("metadata");
            metadata.put("title", title).put("section", section).put("installed_kb", installedKb);
            ArrayNode list = metadata.putArray("tags");
            tags.forEach(list::add);
            return point;
        }

        /** How many tags two packages share. */
        public int sharedTags(Package other) {
            int shared = 0;
            for (String tag : tags) {
                shared += other.tags.contains(tag) ? 1 : 0;
            }
            return shared;
        }
    }

    /** Reads both files. */
    public static Packages read(Path packages, Path vectors) {
        List<Package> all = new ArrayList<>();
        List<JsonNode> lines = new ArrayList<>();
        try (BufferedReader reader =
                        new BufferedReader(
                                new InputStreamReader(unzipped(packages), StandardCharsets.UTF_8));
                InputStream bytes = unzipped(vectors)) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                lines.add(GatewayCalls.JSON.readTree(line));
            }
            byte[] components = new DataInputStream(bytes).readAllBytes();
            int dimension = components.length / Math.max(1, lines.size());
            if (dimension == 0 || dimension * lines.size() != components.length) {
                throw OmenException.malformed(
                        vectors
                                + ": found "
                                + components.length
                                + " bytes, expected as many for each of "
                                + lines.size()
                                + " packages");
            }
            for (JsonNode line : lines) {
                all.add(of(line, components, all.size() * dimension, dimension));
            }
        } catch (IOException e) {
            throw new OmenException(
                    ErrorCode.EXTERNAL,
                    "cannot read " + packages + " and " + vectors + ": " + e,
                    e);
        }
        return new Packages(all);
    }

    private static InputStream unzipped(Path file) throws IOException {
        return new GZIPInputStream(Files.newInputStream(file), 1 << 16);
    }

    private static Package of(JsonNode line, byte[] components, int from, int dimension) {
        float[] vector = new float[dimension];
        for (int i = 0; i < dimension; i++) {
            vector[i] = components[from + i];
        }
        Set<String> tags = new TreeSet<>();
        line.path("tags").forEach(tag -> tags.add(tag.asText()));
        return new Package(
                line.path("id").asText(),
                line.path("title").asText(),
                line.path("text").asText(),
                line.path("section").asText(),
                line.path("installed_kb").asLong(),
                tags,
                vector);
    }

    public List<Package> all() {
        return all;
    }

    public Package get(int row) {
        return all.get(row);
    }

    public int row(String id) {
        Integer row = rows.get(id);
        if (row == null) {
            throw new OmenException(ErrorCode.INTERNAL, "a hit that is no package: " + id);
        }
        return row;
    }

    public int size() {
        return all.size();
    }

    public int dimension() {
        return all.get(0).vector().length;
    }
}
