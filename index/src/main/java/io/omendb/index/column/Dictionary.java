package io.omendb.index.column;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;

/** Strings and their codes, dense from 0. Written by one thread, read by many. */
final class Dictionary {
    /** Rough heap cost of an entry beside its characters: map node, key object, boxed code. */
    private static final int ENTRY_BYTES = 100;

    private final ConcurrentHashMap<String, Integer> codes = new ConcurrentHashMap<>();
    private volatile long characters;

    /** The code of a string, a new one if it was never seen. Only the writer calls this. */
    int codeFor(String value) {
        Integer known = codes.get(value);
        if (known != null) {
            return known;
        }
        int code = codes.size();
        codes.put(value, code);
        characters = characters + value.length();
        return code;
    }

    /** The codes of those strings that were seen. */
    BitSet codesOf(List<JsonNode> values) {
        BitSet wanted = new BitSet();
        for (JsonNode value : values) {
            Integer code = codes.get(value.textValue());
            if (code != null) {
                wanted.set(code);
            }
        }
        return wanted;
    }

    /** Strings seen. */
    int size() {
        return codes.size();
    }

    long bytes() {
        return characters + (long) codes.size() * ENTRY_BYTES;
    }
}
