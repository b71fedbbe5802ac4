package io.omendb.index.shard;

/**
 * Limits of a shard.
 *
 * @param sealRows rows at which the mutable segment is sealed
 * @param sealBytes vector bytes at which the mutable segment is sealed
 */
public record ShardOptions(int sealRows, long sealBytes) {

    public static final ShardOptions DEFAULT = new ShardOptions(1 << 16, 64L << 20);

    /** Rows after which a mutable segment of this dimension is sealed. */
    int sealRowsFor(int dimension) {
        long byBytes = Math.max(1, sealBytes / ((long) dimension * Float.BYTES));
        return (int) Math.min(sealRows, byBytes);
    }
}
