package io.omendb.index.column;

import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.function.IntPredicate;
import org.roaringbitmap.RoaringBitmap;

/** The rows of each code of a column that no longer grows. Immutable. */
final class CodeIndex {
    private final RoaringBitmap[] byCode;
    private final int rows;

    private CodeIndex(RoaringBitmap[] byCode, int rows) {
        this.byCode = byCode;
        this.rows = rows;
    }

    /** Calls back with the code of rows in ascending order; a row may have none or many. */
    interface Codes {
        void forEach(RowCode sink);
    }

    /** Takes a code of a row. */
    interface RowCode {
        void accept(int row, int code);
    }

    static CodeIndex of(int codes, int rows, Codes source) {
        RoaringBitmap[] byCode = new RoaringBitmap[codes];
        Arrays.setAll(byCode, code -> new RoaringBitmap());
        source.forEach((row, code) -> byCode[code].add(row));
        for (RoaringBitmap bitmap : byCode) {
            bitmap.runOptimize();
            bitmap.trim();
        }
        return new CodeIndex(byCode, rows);
    }

    int rows() {
        return rows;
    }

    /**
     * Rows that have all codes of at least one set.
     *
     * @param test the same for a single row
     */
    RowMatcher matcher(List<BitSet> alternatives, IntPredicate test) {
        RoaringBitmap found = new RoaringBitmap();
        for (BitSet codes : alternatives) {
            RoaringBitmap all = new RoaringBitmap();
            boolean first = true;
            for (int code = codes.nextSetBit(0); code >= 0; code = codes.nextSetBit(code + 1)) {
                // A code made after the column stopped growing belongs to no row of it.
                RoaringBitmap one = code < byCode.length ? byCode[code] : new RoaringBitmap();
                all = first ? one : RoaringBitmap.and(all, one);
                first = false;
            }
            found = found.isEmpty() ? all : RoaringBitmap.or(found, all);
        }
        RoaringBitmap matches = found;
        return new RowMatcher(rows) {
            @Override
            public boolean matches(int row) {
                return test.test(row);
            }

            @Override
            public int estimate() {
                return matches.getCardinality();
            }

            @Override
            public BitSet rows() {
                BitSet set = new BitSet(rowCount());
                matches.forEach((org.roaringbitmap.IntConsumer) set::set);
                return set;
            }
        };
    }

    long bytes() {
        long bytes = 0;
        for (RoaringBitmap bitmap : byCode) {
            bytes += 32 + bitmap.getSizeInBytes();
        }
        return bytes;
    }
}
