package io.omendb.index.shard;

import io.omendb.index.segment.IdHash;
import java.util.Arrays;

/**
 * A point's place in a scroll. It depends on the id alone, so that it stays the same when the point
 * is written again, segments are merged, or shards are parted differently.
 *
 * @param keyGroup Flink key group of the id
 * @param idHash 64-bit hash of the id, compared as an unsigned number
 * @param id UTF-8
 */
@SuppressWarnings("ArrayRecordComponent") // never compared but by compareTo
public record ScrollKey(int keyGroup, long idHash, byte[] id) implements Comparable<ScrollKey> {

    /** The place of an id. */
    public static ScrollKey of(int keyGroup, byte[] id) {
        return new ScrollKey(keyGroup, IdHash.of(id), id);
    }

    @Override
    public int compareTo(ScrollKey other) {
        if (keyGroup != other.keyGroup) {
            return Integer.compare(keyGroup, other.keyGroup);
        }
        int byHash = Long.compareUnsigned(idHash, other.idHash);
        return byHash != 0 ? byHash : Arrays.compareUnsigned(id, other.id);
    }
}
