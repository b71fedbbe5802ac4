package io.omendb.record.arrow;

import io.omendb.OmenException;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.vector.LargeVarCharVector;
import org.apache.arrow.vector.ValueVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.ViewVarCharVector;
import org.jspecify.annotations.Nullable;

/**
 * A column of strings, whichever way Arrow holds them, each read once. Lengths are checked before
 * anything is allocated for them: those of all values read must not exceed what the column holds.
 */
abstract class StringCells {
    /** Values of a view column may share bytes, so the stream's length is no bound. */
    private static final long VIEW_BYTES_MAX = 64 << 20;

    private final String name;
    private long left;

    private StringCells(String name, long bytes) {
        this.name = name;
        this.left = bytes;
    }

    /** The UTF-8 bytes of a row, or null. */
    abstract byte @Nullable [] get(int row);

    byte[] copy(ArrowBuf from, long start, long end) {
        if (start < 0 || end > from.capacity()) {
            throw damaged(start, end);
        }
        byte[] value = new byte[take(start, end)];
        from.getBytes(start, value);
        return value;
    }

    int take(long start, long end) {
        left -= end - start;
        if (end < start || left < 0) {
            throw damaged(start, end);
        }
        return (int) (end - start);
    }

    private OmenException damaged(long start, long end) {
        return OmenException.malformed(
                "arrow: found a value of column "
                        + name
                        + " from byte "
                        + start
                        + " to "
                        + end
                        + ", which overlaps others or lies outside the column");
    }

    static StringCells of(String name, ValueVector column) {
        StringCells cells = ofOrNull(name, column);
        if (cells == null) {
            throw OmenException.malformed(
                    "arrow: found column "
                            + name
                            + " of "
                            + column.getField().getType()
                            + ", expected utf8");
        }
        return cells;
    }

    static boolean areStrings(ValueVector column) {
        return ofOrNull("", column) != null;
    }

    /** Null if the column does not hold strings. */
    static @Nullable StringCells ofOrNull(String name, ValueVector column) {
        if (column instanceof VarCharVector strings) {
            return new StringCells(name, strings.getDataBuffer().capacity()) {
                @Override
                byte @Nullable [] get(int row) {
                    ArrowBuf ends = strings.getOffsetBuffer();
                    return strings.isNull(row)
                            ? null
                            : copy(
                                    strings.getDataBuffer(),
                                    ends.getInt((long) row * Integer.BYTES),
                                    ends.getInt((row + 1L) * Integer.BYTES));
                }
            };
        }
        if (column instanceof LargeVarCharVector strings) {
            return new StringCells(name, strings.getDataBuffer().capacity()) {
                @Override
                byte @Nullable [] get(int row) {
                    ArrowBuf ends = strings.getOffsetBuffer();
                    return strings.isNull(row)
                            ? null
                            : copy(
                                    strings.getDataBuffer(),
                                    ends.getLong((long) row * Long.BYTES),
                                    ends.getLong((row + 1L) * Long.BYTES));
                }
            };
        }
        if (column instanceof ViewVarCharVector strings) {
            return new StringCells(name, VIEW_BYTES_MAX) {
                @Override
                byte @Nullable [] get(int row) {
                    if (strings.isNull(row)) {
                        return null;
                    }
                    int unused = take(0, strings.getValueLength(row));
                    return strings.get(row);
                }
            };
        }
        return null;
    }
}
