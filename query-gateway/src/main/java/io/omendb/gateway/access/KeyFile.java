package io.omendb.gateway.access;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.omendb.ErrorCode;
import io.omendb.OmenException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The file that lists the keys: YAML, a list of
 *
 * <pre>{@code
 * - name: ingest
 *   sha256: 5e884898da28047151d0e56f8dc6292773603d0d6aabbdd62a11ef721d1542d8
 *   allow: [read, write]
 *   collections: [products, "logs-*"]   # all, if left out
 *   expires: 2027-06-30                 # never, if left out; a date is its first moment in UTC
 * }</pre>
 */
public final class KeyFile {
    private static final YAMLMapper YAML =
            YAMLMapper.builder(
                            YAMLFactory.builder()
                                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                                    .build())
                    .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                    .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    .build();

    private static final TypeReference<List<@Nullable Entry>> ENTRIES = new TypeReference<>() {};

    private KeyFile() {}

    /** The form of a key in the file. */
    private record Entry(
            @Nullable String name,
            @Nullable String sha256,
            @Nullable List<String> allow,
            @Nullable List<String> collections,
            @Nullable String expires) {}

    /**
     * Reads a file.
     *
     * @throws OmenException NOT_FOUND, EXTERNAL, MALFORMED or INVALID naming the file and the key
     */
    public static List<ApiKey> read(Path file) {
        try {
            return parse(Files.readString(file));
        } catch (OmenException e) {
            throw new OmenException(e.code(), file + ": " + e.getMessage(), e);
        } catch (NoSuchFileException e) {
            throw new OmenException(ErrorCode.NOT_FOUND, file + ": no such file", e);
        } catch (IOException e) {
            throw new OmenException(ErrorCode.EXTERNAL, "cannot read " + file + ": " + e, e);
        }
    }

    /** Reads the text of a file; nothing but comments is no keys. */
    static List<ApiKey> parse(String text) {
        List<@Nullable Entry> entries;
        try (JsonParser parser = YAML.createParser(text)) {
            if (parser.nextToken() == null) {
                return List.of();
            }
            entries = YAML.readValue(parser, ENTRIES);
        } catch (JsonMappingException e) {
            throw malformed(e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw malformed(firstLine(String.valueOf(e.getMessage())), e);
        }
        List<ApiKey> keys = new ArrayList<>();
        if (entries != null) {
            for (int i = 0; i < entries.size(); i++) {
                keys.add(key(i, entries.get(i)));
            }
        }
        ApiKeys unused = ApiKeys.of(keys);
        return keys;
    }

    private static ApiKey key(int index, @Nullable Entry entry) {
        if (entry == null || entry.name == null) {
            throw OmenException.invalid("key " + index + ": name: found none, expected one");
        }
        try {
            if (entry.sha256 == null || entry.allow == null) {
                throw OmenException.invalid(
                        (entry.sha256 == null ? "sha256" : "allow") + ": found none, expected one");
            }
            Set<Permission> allow = EnumSet.noneOf(Permission.class);
            entry.allow.forEach(label -> allow.add(Permission.ofLabel(label)));
            return new ApiKey(
                    entry.name,
                    new KeyHash(entry.sha256),
                    allow,
                    entry.collections == null ? Scope.ALL : new Scope(entry.collections),
                    entry.expires == null ? null : instant(entry.expires));
        } catch (OmenException e) {
            throw new OmenException(e.code(), "key " + entry.name + ": " + e.getMessage(), e);
        }
    }

    /**
     * A moment, or a date, which is its first moment in UTC.
     *
     * @throws OmenException INVALID if it is neither
     */
    public static Instant instant(String text) {
        try {
            return text.length() == "2027-06-30".length()
                    ? LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant()
                    : Instant.parse(text);
        } catch (DateTimeException e) {
            throw new OmenException(
                    ErrorCode.INVALID,
                    "expires: found \""
                            + text
                            + "\", expected a date such as 2027-06-30, or a moment such as"
                            + " 2027-06-30T12:00:00Z",
                    e);
        }
    }

    private static OmenException malformed(String what, Exception cause) {
        return new OmenException(
                ErrorCode.MALFORMED, "expected a YAML list of keys, found: " + what, cause);
    }

    /** The rest shows the file, which somebody may have put a key into. */
    private static String firstLine(String message) {
        return message.lines().findFirst().orElse(message);
    }

    /** The lines of the file that are a key's, from 0. */
    record Lines(String name, int first, int last) {}

    /** Where in a text that can be read each key is. */
    static List<Lines> lines(String text) {
        List<Lines> found = new ArrayList<>();
        try (JsonParser parser = YAML.createParser(text)) {
            int depth = 0;
            int first = 0;
            int last = 0;
            String name = "";
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                if (token.isStructStart()) {
                    depth++;
                    if (depth == 2) {
                        first = parser.currentTokenLocation().getLineNr() - 1;
                    }
                } else if (token.isStructEnd()) {
                    depth--;
                    if (depth == 1) {
                        found.add(new Lines(name, first, last));
                        continue;
                    }
                } else if (depth == 2
                        && token.isScalarValue()
                        && "name".equals(parser.currentName())) {
                    name = parser.getText();
                }
                last = parser.currentLocation().getLineNr() - 1;
            }
        } catch (IOException e) {
            throw malformed(firstLine(String.valueOf(e.getMessage())), e);
        }
        return found;
    }
}
