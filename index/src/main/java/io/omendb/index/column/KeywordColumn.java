package io.omendb.index.column;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/** One string a row, as a code of the column's dictionary. */
final class KeywordColumn extends FieldColumn {
    private static final int MISSING = -1;

    private final Dictionary dictionary = new Dictionary();
    private final IntColumn codes = new IntColumn();
    private volatile @Nullable CodeIndex index;

    @Override
    public void append(int row, @Nullable JsonNode value) {
        codes.set(row, value == null ? MISSING : dictionary.codeFor(value.textValue()));
    }

    @Override
    public RowMatcher anyOf(List<JsonNode> values, int rows) {
        BitSet wanted = dictionary.codesOf(values);
        int only = wanted.cardinality() == 1 ? wanted.nextSetBit(0) : MISSING;
        IntPredicate test =
                only != MISSING ? row -> codes.get(row) == only : row -> isIn(wanted, row);
        CodeIndex frozen = index;
        if (frozen == null || frozen.rows() != rows) {
            return RowMatcher.testing(rows, wanted.isEmpty() ? row -> false : test);
        }
        List<BitSet> alternatives = new ArrayList<>();
        wanted.stream().forEach(code -> alternatives.add(BitSet.valueOf(bit(code))));
        return frozen.matcher(alternatives, test);
    }

    private boolean isIn(BitSet wanted, int row) {
        int code = codes.get(row);
        return code != MISSING && wanted.get(code);
    }

    private static long[] bit(int code) {
        long[] words = new long[code / Long.SIZE + 1];
        words[code / Long.SIZE] = 1L << code;
        return words;
    }

    @Override
    public RowMatcher exists(int rows) {
        return RowMatcher.testing(rows, row -> codes.get(row) != MISSING);
    }

    @Override
    public void freeze(int rows) {
        index =
                CodeIndex.of(
                        dictionary.size(),
                        rows,
                        sink -> {
                            for (int row = 0; row < rows; row++) {
                                if (codes.get(row) != MISSING) {
                                    sink.accept(row, codes.get(row));
                                }
                            }
                        });
    }

    @Override
    public long bytes() {
        CodeIndex frozen = index;
        return codes.bytes() + dictionary.bytes() + (frozen == null ? 0 : frozen.bytes());
    }
}
