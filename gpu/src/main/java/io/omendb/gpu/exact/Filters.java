package io.omendb.gpu.exact;

import io.omendb.gpu.cuda.DeviceBuffer;
import io.omendb.gpu.cuda.PinnedBuffer;
import io.omendb.gpu.cuda.Stream;
import io.omendb.gpu.resident.SegmentTable;
import java.nio.ByteBuffer;
import java.util.BitSet;
import java.util.List;

/** Bitmaps of the rows that queries may find, a word a tile, on the device. */
final class Filters implements AutoCloseable {
    private static final long BYTES_MAX = 64 << 20;

    private final Stream stream;
    private final PinnedBuffer staging = new PinnedBuffer();
    private final DeviceBuffer words;
    private long[] addresses = new long[0];

    Filters(Stream stream) {
        this.stream = stream;
        this.words = new DeviceBuffer(stream);
    }

    /** How many bitmaps are written at a time, at most. */
    int togetherMax(int tiles) {
        return (int) Math.max(1, BYTES_MAX / ((long) tiles * Integer.BYTES));
    }

    /** Starts writing the bitmaps of some requests; false if there are none. */
    boolean write(SegmentTable table, List<SearchRequest> requests) {
        addresses = new long[requests.size()];
        long count = requests.stream().filter(request -> request.matches() != null).count();
        if (count == 0) {
            return false;
        }
        long bytes = (long) table.tiles() * Integer.BYTES;
        staging.reserve(count * bytes);
        words.reserve(count * bytes);
        long at = 0;
        for (int q = 0; q < addresses.length; q++) {
            List<BitSet> matches = requests.get(q).matches();
            if (matches != null) {
                for (int s = 0; s < matches.size(); s++) {
                    put(
                            matches.get(s),
                            table.tiles(s),
                            staging.bytes(),
                            (int) (at + (long) table.firstTile(s) * Integer.BYTES));
                }
                addresses[q] = words.address() + at;
                at += bytes;
            }
        }
        words.write(0, staging, 0, at);
        return true;
    }

    private static void put(BitSet bits, int tiles, ByteBuffer into, int at) {
        long[] longs = bits.toLongArray();
        for (int tile = 0; tile < tiles; tile++) {
            long pair = tile / 2 < longs.length ? longs[tile / 2] : 0;
            into.putInt(at + tile * Integer.BYTES, (int) (pair >>> (tile % 2 * Integer.SIZE)));
        }
    }

    /** Where the bitmap of a request is; 0 if it has none. */
    long address(int request) {
        return addresses[request];
    }

    @Override
    public void close() {
        words.close();
        stream.await();
        staging.close();
    }
}
