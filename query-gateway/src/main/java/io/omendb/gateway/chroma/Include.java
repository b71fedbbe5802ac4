package io.omendb.gateway.chroma;

import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** A part of a record that can be asked for. */
enum Include {
    DISTANCES,
    DOCUMENTS,
    EMBEDDINGS,
    METADATAS,
    URIS;

    static final Set<Include> OF_GET = Set.of(DOCUMENTS, METADATAS);
    static final Set<Include> OF_QUERY = Set.of(DOCUMENTS, METADATAS, DISTANCES);

    String chromaName() {
        return name().toLowerCase(Locale.ROOT);
    }

    static Set<Include> of(List<String> names) {
        Set<Include> found = EnumSet.noneOf(Include.class);
        for (String name : names) {
            found.add(of(name));
        }
        return found;
    }

    private static Include of(String name) {
        for (Include each : values()) {
            if (each.chromaName().equals(name)) {
                return each;
            }
        }
        throw ChromaException.invalid(
                "include: found \""
                        + name
                        + "\", expected one of distances, documents, embeddings, metadatas, uris");
    }
}
