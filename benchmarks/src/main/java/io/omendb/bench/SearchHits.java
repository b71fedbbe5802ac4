package io.omendb.bench;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** The hits in the answer to a search, as bytes. */
final class SearchHits {
    private static final byte[] HITS = "\"hits\":[".getBytes(StandardCharsets.US_ASCII);

    private SearchHits() {}

    /** The part of an answer that is the same each time; empty where it has none. */
    static byte[] of(byte[] answer) {
        int from = indexOf(answer, HITS);
        int to = from;
        while (to < answer.length && answer[to] != ']') {
            to++;
        }
        return Arrays.copyOfRange(answer, from, to);
    }

    private static int indexOf(byte[] bytes, byte[] part) {
        int length = part.length;
        for (int i = 0; i + length <= bytes.length; i++) {
            if (Arrays.equals(bytes, i, i + length, part, 0, length)) {
                return i;
            }
        }
        return bytes.length;
    }
}
