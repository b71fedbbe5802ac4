package io.omendb.index.sparse;

/** Walks the blocks of one term. */
final class PackedCursor extends PostingCursor {
    private final PackedBlocks blocks;
    private final int firstBlock;
    private final int endBlock;
    private final int count;

    /** Rows from here on are left out, though they are in the blocks. */
    private final int limit;

    private int block;
    private int blockRows;
    private int at = -1;
    private int row = -1;
    private int lookedAt;

    /**
     * Over the blocks from {@code firstBlock} to {@code endBlock}, exclusive, with {@code count}
     * postings together, of which those of rows below {@code limit} are seen.
     */
    PackedCursor(PackedBlocks blocks, int firstBlock, int endBlock, int count, int limit) {
        this.blocks = blocks;
        this.firstBlock = firstBlock;
        this.endBlock = endBlock;
        this.count = count;
        this.limit = limit;
        this.block = firstBlock;
        this.lookedAt = firstBlock;
        this.blockRows = rowsOf(firstBlock);
    }

    private int rowsOf(int some) {
        return some == endBlock - 1
                ? count - (endBlock - 1 - firstBlock) * PackedBlocks.ROWS
                : PackedBlocks.ROWS;
    }

    @Override
    public int row() {
        return row;
    }

    @Override
    public int advance(int target) {
        if (block < endBlock && blocks.lastRow(block) < target) {
            block = blockWith(block + 1, target);
            at = -1;
            blockRows = block < endBlock ? rowsOf(block) : 0;
        }
        if (block == endBlock) {
            row = END;
            return END;
        }
        int low = at + 1;
        if (low >= blockRows) {
            block++;
            at = -1;
            low = 0;
            if (block == endBlock) {
                row = END;
                return END;
            }
            blockRows = rowsOf(block);
        }
        int first = blocks.row(block, low);
        if (first < target) {
            low++;
            int high = blockRows - 1;
            while (low < high) {
                int middle = (low + high) >>> 1;
                if (blocks.row(block, middle) < target) {
                    low = middle + 1;
                } else {
                    high = middle;
                }
            }
            first = blocks.row(block, low);
        }
        if (first >= limit) {
            block = endBlock;
            row = END;
            return END;
        }
        at = low;
        row = first;
        return row;
    }

    /** The first block from {@code from} on whose last row is at least the target. */
    private int blockWith(int from, int target) {
        int low = from;
        int step = 1;
        while (low < endBlock && blocks.lastRow(low) < target) {
            int next = Math.min(endBlock, low + step);
            if (next == endBlock || blocks.lastRow(next) >= target) {
                return lowest(low + 1, next, target);
            }
            low = next;
            step <<= 1;
        }
        return low;
    }

    private int lowest(int from, int to, int target) {
        int low = from;
        int high = to;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (blocks.lastRow(middle) < target) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    @Override
    public float value() {
        return blocks.value(block, blockRows, at);
    }

    @Override
    public int rows() {
        if (firstBlock == endBlock || blocks.lastRow(endBlock - 1) < limit) {
            return count;
        }
        int below = 0;
        for (int some = firstBlock; some < endBlock; some++) {
            if (blocks.lastRow(some) >= limit) {
                return below + rowsBelow(some);
            }
            below += rowsOf(some);
        }
        return below;
    }

    private int rowsBelow(int some) {
        int below = 0;
        while (blocks.row(some, below) < limit) {
            below++;
        }
        return below;
    }

    @Override
    public Bounds bounds() {
        return blocks.bounds(firstBlock, endBlock);
    }

    @Override
    public int seekBlock(int target) {
        int from = Math.max(block, lookedAt);
        lookedAt =
                from < endBlock && blocks.lastRow(from) >= target ? from : blockWith(from, target);
        return lookedAt == endBlock ? END : blocks.lastRow(lookedAt);
    }

    @Override
    public Bounds blockBounds() {
        return lookedAt == endBlock ? Bounds.NONE : blocks.bounds(lookedAt);
    }
}
