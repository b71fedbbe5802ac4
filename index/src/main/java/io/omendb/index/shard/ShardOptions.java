package io.omendb.index.shard;

import java.io.Serializable;

/**
 * Limits of a shard.
 *
 * @param sealRows rows at which the mutable segment is sealed
 * @param sealBytes vector bytes at which the mutable segment is sealed
 * @param trainRows rows at which the first codebook is trained; fewer are searched flat
 * @param growth the codebook is trained again when the shard has so many times the rows it had
 * @param partRows a merge writes the rows of files again that hold fewer of them
 */
public record ShardOptions(int sealRows, long sealBytes, int trainRows, int growth, int partRows)
        implements Serializable {
    private static final int TRAIN_ROWS = 10_000;
    private static final int GROWTH = 8;
    private static final int PART_ROWS = 1024;

    public static final ShardOptions DEFAULT = new ShardOptions(1 << 17, 64L << 20);

    /** Limits with the default training schedule. */
    public ShardOptions(int sealRows, long sealBytes) {
        this(sealRows, sealBytes, TRAIN_ROWS, GROWTH);
    }

    /** Limits with the default size of parts. */
    public ShardOptions(int sealRows, long sealBytes, int trainRows, int growth) {
        this(sealRows, sealBytes, trainRows, growth, PART_ROWS);
    }

    /** Rows after which a mutable segment of this dimension is sealed. */
    int sealRowsFor(int dimension) {
        long byBytes = Math.max(1, sealBytes / ((long) dimension * Float.BYTES));
        return (int) Math.min(sealRows, byBytes);
    }
}
