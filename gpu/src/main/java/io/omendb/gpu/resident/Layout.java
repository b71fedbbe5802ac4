package io.omendb.gpu.resident;

/**
 * How vectors lie in device memory; {@code resident.cuh} has the other half.
 *
 * <pre>
 * vectors   rows x stride floats, stride = dimension rounded up to 4
 * codes     tiles x 2 x blocks x (16 rows x 64 bytes); a tile is 32 rows, a block 64 components
 * scales    tiles x 32 x 2 floats
 * dead      tiles words, a bit a row
 * deaths    tiles x 32 longs
 * </pre>
 *
 * @param dimension components of a vector
 */
public record Layout(int dimension) {
    /** Rows that a warp handles at a time. */
    public static final int TILE_ROWS = 32;

    private static final int FLOATS = 4;
    private static final int BLOCK_COMPONENTS = 64;

    /** Floats from one vector to the next. */
    public int stride() {
        return (dimension + FLOATS - 1) / FLOATS * FLOATS;
    }

    /** Blocks of 64 components. */
    public int blocks() {
        return (dimension + BLOCK_COMPONENTS - 1) / BLOCK_COMPONENTS;
    }

    /** Bytes of a row's code. */
    public int codeBytes() {
        return blocks() * BLOCK_COMPONENTS;
    }

    /** Tiles of so many rows. */
    public static int tiles(int rows) {
        return (rows + TILE_ROWS - 1) / TILE_ROWS;
    }

    long vectorBytes(int rows) {
        return (long) rows * stride() * Float.BYTES;
    }

    long codeBytes(int rows) {
        return (long) tiles(rows) * TILE_ROWS * codeBytes();
    }

    long scaleBytes(int rows) {
        return (long) tiles(rows) * TILE_ROWS * 2 * Float.BYTES;
    }

    long deadBytes(int rows) {
        return (long) tiles(rows) * Integer.BYTES;
    }

    long deathBytes(int rows) {
        return (long) tiles(rows) * TILE_ROWS * Long.BYTES;
    }

    /** Device memory that so many rows take. */
    public long bytes(int rows) {
        return vectorBytes(rows)
                + codeBytes(rows)
                + scaleBytes(rows)
                + deadBytes(rows)
                + deathBytes(rows);
    }
}
