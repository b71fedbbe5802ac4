package io.omendb.gateway.embed;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The vectors of the queries asked last: people ask the same again, and page by page. Vectors are
 * shared, nobody changes them. Safe for use by any thread.
 */
final class QueryCache {
    private static final int ENTRIES_MAX = 1_000;

    /** Longer ones are seldom asked twice, and would make the bound on entries a poor one. */
    private static final int CHARS_MAX = 1_000;

    private record Key(String embedder, String text) {}

    private final Map<Key, float[]> vectors =
            new LinkedHashMap<>(16, 0.75f, true) {
                private static final long serialVersionUID = 1;

                @Override
                protected boolean removeEldestEntry(Map.Entry<Key, float[]> eldest) {
                    return size() > ENTRIES_MAX;
                }
            };

    synchronized float @Nullable [] get(String embedder, String text) {
        return text.length() > CHARS_MAX ? null : vectors.get(new Key(embedder, text));
    }

    synchronized void put(String embedder, String text, float[] vector) {
        if (text.length() <= CHARS_MAX) {
            vectors.put(new Key(embedder, text), vector);
        }
    }
}
