package io.omendb.index.column;

import java.util.Arrays;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Strings, their codes, dense from 0, and how many rows hold each. Written by one thread, read by
 * many.
 */
final class Dictionary {
    /** The code of a string that was never seen. */
    static final int UNKNOWN = -1;

    /** Rough heap cost of an entry beside its characters: map node, key object, boxed code. */
    private static final int ENTRY_BYTES = 100;

    private final ConcurrentHashMap<String, Integer> codes = new ConcurrentHashMap<>();
    private volatile long characters;

    /** By code; only ever grow, see {@link BitColumn#ones()}. */
    private volatile int[] rows = new int[4];

    /** The code of a string that one more row holds. Only the writer calls this. */
    int countRow(String value) {
        Integer known = codes.get(value);
        int code = known == null ? add(value) : known;
        rows[code]++;
        return code;
    }

    /** The code of a string, or {@link #UNKNOWN}. */
    int codeOf(String value) {
        return codes.getOrDefault(value, UNKNOWN);
    }

    /** Rows so far that hold a string; later rows than the reader's may count already. */
    int rowsWith(int code) {
        return rows[code];
    }

    int size() {
        return codes.size();
    }

    long bytes() {
        return characters + (long) codes.size() * ENTRY_BYTES + (long) rows.length * Integer.BYTES;
    }

    private int add(String value) {
        int code = codes.size();
        if (code == rows.length) {
            rows = Arrays.copyOf(rows, 2 * code);
        }
        codes.put(value, code);
        characters = characters + value.length();
        return code;
    }
}
