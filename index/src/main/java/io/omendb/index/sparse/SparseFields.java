package io.omendb.index.sparse;

import com.fasterxml.jackson.databind.JsonNode;
import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.record.SparseVector;
import io.omendb.record.StrictJson;
import io.omendb.schema.CollectionSchema;
import io.omendb.schema.FieldType;
import io.omendb.schema.Languages;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.lucene.analysis.Analyzer;
import org.jspecify.annotations.Nullable;

/**
 * What of a collection's points is in the inverted index: the point's text, its declared text
 * fields, its sparse vector. Safe for use by any thread.
 */
public final class SparseFields {
    /** Stands for the point's own text, beside declared fields, which cannot start like this. */
    public static final String TEXT = Languages.OF_TEXT;

    /** Stands for the point's sparse vector. */
    public static final String SPARSE = "$sparse";

    /** One for each language, for good: an analyzer keeps state for each thread that uses it. */
    private static final Map<String, Analyzer> ANALYZERS = new ConcurrentHashMap<>();

    private final Map<String, Analyzer> analyzers = new LinkedHashMap<>();
    private final boolean hasDeclared;

    private SparseFields(CollectionSchema schema) {
        analyzers.put(TEXT, analyzer(schema.language(TEXT)));
        for (Map.Entry<String, FieldType> field : schema.fields().entrySet()) {
            if (field.getValue() == FieldType.TEXT) {
                analyzers.put(field.getKey(), analyzer(schema.language(field.getKey())));
            }
        }
        this.hasDeclared = analyzers.size() > 1;
    }

    public static SparseFields of(CollectionSchema schema) {
        return new SparseFields(schema);
    }

    private static Analyzer analyzer(String language) {
        return ANALYZERS.computeIfAbsent(language, LanguageAnalyzers::of);
    }

    /** Names of the text fields, {@value #TEXT} first. */
    public List<String> texts() {
        return List.copyOf(analyzers.keySet());
    }

    /**
     * The fields a query may name: {@code text} is the point's own, unless a declared field has
     * that name.
     *
     * @param names none for all fields
     * @throws OmenException INVALID if there is no such text field
     */
    public List<String> resolve(List<String> names) {
        if (names.isEmpty()) {
            return texts();
        }
        List<String> resolved = new ArrayList<>();
        for (String name : names) {
            String field = name.equals("text") && !analyzers.containsKey(name) ? TEXT : name;
            if (!analyzers.containsKey(field)) {
                List<String> known = new ArrayList<>(analyzers.keySet());
                Collections.replaceAll(known, TEXT, "text");
                throw OmenException.invalid(
                        "text_fields: found \""
                                + name
                                + "\", expected one of "
                                + String.join(", ", known));
            }
            resolved.add(field);
        }
        return resolved;
    }

    /** A text as the terms of a field. */
    AnalyzedText analyze(String field, String text) {
        Analyzer analyzer = analyzers.get(field);
        if (analyzer == null) {
            throw new IllegalArgumentException("no text field " + field);
        }
        return AnalyzedText.of(analyzer, text);
    }

    /** Whether there may be terms in a point's metadata. */
    boolean mayIndex(byte @Nullable [] metadata) {
        return hasDeclared && metadata != null;
    }

    /**
     * Adds a row to an index that grows.
     *
     * @param text UTF-8 or null
     * @param metadata JSON object in UTF-8 or null
     */
    void index(
            SegmentPostings postings,
            int row,
            byte @Nullable [] text,
            byte @Nullable [] metadata,
            @Nullable SparseVector sparse) {
        if (text != null) {
            postings.growing(TEXT)
                    .add(row, analyze(TEXT, new String(text, StandardCharsets.UTF_8)));
        }
        if (metadata != null && mayIndex(metadata)) {
            JsonNode object = parse(metadata);
            for (String field : analyzers.keySet()) {
                JsonNode value = object.path(field);
                if (value.isTextual()) {
                    postings.growing(field).add(row, analyze(field, value.textValue()));
                }
            }
        }
        if (sparse != null) {
            postings.growing(SPARSE).add(row, sparse.indices(), sparse.values());
        }
    }

    private static JsonNode parse(byte[] json) {
        try {
            return StrictJson.mapper().readTree(json);
        } catch (IOException e) {
            throw new OmenException(ErrorCode.INTERNAL, "stored metadata is not JSON", e);
        }
    }
}
