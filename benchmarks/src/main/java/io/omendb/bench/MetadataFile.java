package io.omendb.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.schema.FieldType;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.GZIPInputStream;

/**
 * Metadata of vectors, a line each, comma-separated under a header; also gzipped. The first column
 * is a keyword, the others are numbers. Used by one thread.
 */
final class MetadataFile implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path file;
    private final BufferedReader in;
    private final String[] names;
    private int lines = 1;

    private MetadataFile(Path file, BufferedReader in, String[] names) {
        this.file = file;
        this.in = in;
        this.names = names;
    }

    static MetadataFile open(Path file) {
        try {
            InputStream bytes = Files.newInputStream(file);
            BufferedReader in =
                    new BufferedReader(
                            new InputStreamReader(
                                    VectorFiles.isGzip(file) ? new GZIPInputStream(bytes) : bytes,
                                    StandardCharsets.UTF_8));
            String header = in.readLine();
            if (header == null || header.indexOf(',') < 0) {
                in.close();
                throw OmenException.malformed(file + ": expected a header of two columns or more");
            }
            return new MetadataFile(file, in, header.split(","));
        } catch (IOException e) {
            throw new OmenException(ErrorCode.EXTERNAL, "cannot read " + file + ": " + e, e);
        }
    }

    Map<String, FieldType> fields() {
        Map<String, FieldType> fields = new LinkedHashMap<>();
        for (int i = 0; i < names.length; i++) {
            fields.put(names[i], i == 0 ? FieldType.KEYWORD : FieldType.DOUBLE);
        }
        return fields;
    }

    /** The column of keywords. */
    String keyword() {
        return names[0];
    }

    /**
     * The next row's metadata.
     *
     * @throws OmenException MALFORMED naming the line that is missing or wrong
     */
    ObjectNode next() {
        try {
            String line = in.readLine();
            lines++;
            String[] values = line == null ? new String[0] : line.split(",");
            if (values.length != names.length) {
                throw OmenException.malformed(
                        file
                                + " line "
                                + lines
                                + ": found "
                                + values.length
                                + " values, expected "
                                + names.length);
            }
            ObjectNode row = JSON.createObjectNode().put(names[0], values[0]);
            for (int i = 1; i < names.length; i++) {
                row.put(names[i], Double.parseDouble(values[i]));
            }
            return row;
        } catch (NumberFormatException e) {
            throw new OmenException(
                    ErrorCode.MALFORMED, file + " line " + lines + ": not a number: " + e, e);
        } catch (IOException e) {
            throw new OmenException(ErrorCode.EXTERNAL, "cannot read " + file + ": " + e, e);
        }
    }

    @Override
    public void close() {
        try {
            in.close();
        } catch (IOException e) {
            throw new OmenException(ErrorCode.EXTERNAL, "cannot close " + file + ": " + e, e);
        }
    }
}
