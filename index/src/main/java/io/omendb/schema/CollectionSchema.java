package io.omendb.schema;

import io.omendb.OmenException;
import java.io.Serializable;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a user declares of a collection. Equal schemas are the same collection.
 *
 * @param name 1 to 128 of letters, digits, {@code _} and {@code -}; starts with a letter or digit
 * @param dimension components per vector, 1 to {@value #DIMENSION_MAX}
 * @param metric how vectors are compared
 * @param fields declared metadata fields, which can be filtered on, in declaration order
 * @param sparse whether points may carry sparse vectors
 * @param indexKind the index asked for; {@code auto} lets the store choose
 * @param partitions Kafka partitions of the collection's topic
 * @param ttlSeconds age at which a row expires; null for never
 * @param languages by text field how its words are found, where not {@value Languages#STANDARD};
 *     {@value Languages#OF_TEXT} stands for the points' own text
 * @param embedder name of what turns texts into this collection's vectors, in the gateways'
 *     configuration; null where vectors are sent
 */
public record CollectionSchema(
        String name,
        int dimension,
        Metric metric,
        Map<String, FieldType> fields,
        boolean sparse,
        String indexKind,
        int partitions,
        @Nullable Long ttlSeconds,
        Map<String, String> languages,
        @Nullable String embedder)
        implements Serializable {

    public static final int DIMENSION_MAX = 4096;
    public static final int PARTITIONS_MAX = 1024;
    public static final int FIELDS_MAX = 256;

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_-]{0,127}");

    /**
     * Checks every part.
     *
     * @throws OmenException INVALID naming the part, what was found and what is expected
     */
    public CollectionSchema {
        checkName(name);
        if (embedder != null) {
            checkName("embedder", embedder);
        }
        if (dimension < 1 || dimension > DIMENSION_MAX) {
            throw OmenException.invalid(
                    "dimension: found " + dimension + ", expected 1 to " + DIMENSION_MAX);
        }
        if (partitions < 1 || partitions > PARTITIONS_MAX) {
            throw OmenException.invalid(
                    "partitions: found " + partitions + ", expected 1 to " + PARTITIONS_MAX);
        }
        if (fields.size() > FIELDS_MAX) {
            throw OmenException.invalid(
                    "fields: found " + fields.size() + ", expected at most " + FIELDS_MAX);
        }
        for (String field : fields.keySet()) {
            if (field.isEmpty() || field.startsWith("$")) {
                throw OmenException.invalid(
                        "fields: found \""
                                + field
                                + "\", expected a name that does not start with $");
            }
        }
        if (ttlSeconds != null && ttlSeconds <= 0) {
            throw OmenException.invalid(
                    "ttl_seconds: found " + ttlSeconds + ", expected a positive number or null");
        }
        fields = Collections.unmodifiableMap(new LinkedHashMap<>(fields));
        languages = Languages.checked(fields, languages);
    }

    /** Whose texts are of no particular language, and whose vectors are sent. */
    public CollectionSchema(
            String name,
            int dimension,
            Metric metric,
            Map<String, FieldType> fields,
            boolean sparse,
            String indexKind,
            int partitions,
            @Nullable Long ttlSeconds) {
        this(
                name,
                dimension,
                metric,
                fields,
                sparse,
                indexKind,
                partitions,
                ttlSeconds,
                Map.of(),
                null);
    }

    /**
     * A schema with the defaults of the contract: no fields, index chosen by the store, 2
     * partitions.
     */
    public static CollectionSchema of(String name, int dimension, Metric metric) {
        return new CollectionSchema(name, dimension, metric, Map.of(), false, "auto", 2, null);
    }

    /** The same collection with declared metadata fields. */
    public CollectionSchema withFields(Map<String, FieldType> declared) {
        return new CollectionSchema(
                name,
                dimension,
                metric,
                declared,
                sparse,
                indexKind,
                partitions,
                ttlSeconds,
                languages,
                embedder);
    }

    /** The same collection whose texts are of given languages; see {@link #languages()}. */
    public CollectionSchema withLanguages(Map<String, String> values) {
        return new CollectionSchema(
                name,
                dimension,
                metric,
                fields,
                sparse,
                indexKind,
                partitions,
                ttlSeconds,
                values,
                embedder);
    }

    /** The same collection whose points may carry sparse vectors. */
    public CollectionSchema withSparse() {
        return new CollectionSchema(
                name,
                dimension,
                metric,
                fields,
                true,
                indexKind,
                partitions,
                ttlSeconds,
                languages,
                embedder);
    }

    /**
     * The language of a text field, or of the points' own text.
     *
     * @param field a declared field, or {@value Languages#OF_TEXT}
     */
    public String language(String field) {
        return languages.getOrDefault(field, Languages.STANDARD);
    }

    /** The same collection with another kind of index. */
    public CollectionSchema withIndex(String kind) {
        return new CollectionSchema(
                name,
                dimension,
                metric,
                fields,
                sparse,
                kind,
                partitions,
                ttlSeconds,
                languages,
                embedder);
    }

    /** The same collection whose vectors a gateway makes of texts. */
    public CollectionSchema withEmbedder(@Nullable String chosen) {
        return new CollectionSchema(
                name,
                dimension,
                metric,
                fields,
                sparse,
                indexKind,
                partitions,
                ttlSeconds,
                languages,
                chosen);
    }

    /**
     * Checks a collection's name.
     *
     * @throws OmenException INVALID if it is not one
     */
    public static void checkName(String name) {
        checkName("collection name", name);
    }

    private static void checkName(String what, String name) {
        if (!NAME.matcher(name).matches()) {
            throw OmenException.invalid(
                    what
                            + ": found \""
                            + name
                            + "\", expected 1 to 128 letters, digits, _ or -, starting with a letter or digit");
        }
    }
}
