package io.omendb.index.segment;

import com.dynatrace.hash4j.hashing.Hasher64;
import com.dynatrace.hash4j.hashing.Hashing;

/**
 * The 64-bit hash of an id: XXH3 of its UTF-8 bytes. Also the key that streams are partitioned by.
 */
public final class IdHash {
    private static final Hasher64 XXH3 = Hashing.xxh3_64();

    private IdHash() {}

    public static long of(byte[] id) {
        return XXH3.hashBytesToLong(id);
    }

    /** The hash of an id that is part of an array. */
    public static long of(byte[] bytes, int offset, int length) {
        return XXH3.hashBytesToLong(bytes, offset, length);
    }
}
