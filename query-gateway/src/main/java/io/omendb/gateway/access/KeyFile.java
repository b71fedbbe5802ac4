package io.omendb.gateway.access;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.omendb.ErrorCode;
import io.omendb.OmenException;
import java.io.IOException;
import java.io.UncheckedIOException;
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
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
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

    private static final Pattern LINE_BREAK =
            Pattern.compile("\\r\\n|[\\n\\r\\u0085\\u2028\\u2029]");

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
            checkValues(YAML.readTree(text));
        } catch (JsonProcessingException e) {
            throw malformed(e);
        } catch (IOException e) {
            throw new UncheckedIOException("reading from memory", e);
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

    /** What is left empty is a mistake, not "all" or "never". */
    private static void checkValues(JsonNode keys) {
        for (int i = 0; i < keys.size(); i++) {
            for (Map.Entry<String, JsonNode> field : keys.get(i).properties()) {
                boolean empty = field.getValue().isNull();
                for (JsonNode element : field.getValue()) {
                    empty |= element.isNull();
                }
                if (empty) {
                    throw OmenException.invalid(
                            "key "
                                    + i
                                    + ": "
                                    + field.getKey()
                                    + ": found nothing, expected a value, or no such field");
                }
            }
        }
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

    /** Says where, and nothing of what is there: somebody may have put a key there. */
    private static OmenException malformed(JsonProcessingException e) {
        return OmenException.malformed(
                "line "
                        + (e.getLocation() == null ? "?" : e.getLocation().getLineNr())
                        + ": expected a YAML list of keys, each with name, sha256, allow and"
                        + " perhaps collections and expires, found something else");
    }

    /** Where a key is in a text, from its first character to the one behind its last line. */
    record Place(String name, int start, int end) {}

    /** Where each key of a text that can be read is. */
    static List<Place> places(String text) {
        List<String> names = new ArrayList<>();
        List<Integer> firsts = new ArrayList<>();
        try (JsonParser parser = YAML.createParser(text)) {
            int depth = 0;
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                if (token.isStructStart()) {
                    depth++;
                    if (depth == 2) {
                        firsts.add(parser.currentTokenLocation().getLineNr() - 1);
                        names.add("");
                    }
                } else if (token.isStructEnd()) {
                    depth--;
                } else if (depth == 2
                        && token.isScalarValue()
                        && "name".equals(parser.currentName())) {
                    names.set(names.size() - 1, parser.getText());
                }
            }
        } catch (JsonProcessingException e) {
            throw malformed(e);
        } catch (IOException e) {
            throw new UncheckedIOException("reading from memory", e);
        }
        List<Integer> starts = lineStarts(text);
        List<Place> places = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) {
            int behind = i + 1 < firsts.size() ? firsts.get(i + 1) : starts.size() - 1;
            while (behind > firsts.get(i) + 1 && isBlank(text, starts, behind - 1)) {
                behind--; // what is said before the next key is about that
            }
            places.add(new Place(names.get(i), starts.get(firsts.get(i)), starts.get(behind)));
        }
        return places;
    }

    /** Of each line, as YAML counts them, and the end of the text. */
    private static List<Integer> lineStarts(String text) {
        List<Integer> starts = new ArrayList<>(List.of(0));
        Matcher breaks = LINE_BREAK.matcher(text);
        while (breaks.find()) {
            starts.add(breaks.end());
        }
        if (starts.get(starts.size() - 1) < text.length()) {
            starts.add(text.length());
        }
        return starts;
    }

    private static boolean isBlank(String text, List<Integer> starts, int line) {
        String content = text.substring(starts.get(line), starts.get(line + 1)).strip();
        return content.isEmpty() || content.startsWith("#");
    }
}
