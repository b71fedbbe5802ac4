package io.omendb.index.column;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One string a row, as a code of the column's dictionary. */
final class KeywordColumn extends FieldColumn {
    private static final int MISSING = -1;

    private final Dictionary dictionary = new Dictionary();
    private final IntColumn codes = new IntColumn();

    @Override
    public void append(int row, @Nullable JsonNode value) {
        codes.set(row, value == null ? MISSING : dictionary.codeFor(value.textValue()));
    }

    @Override
    public BitSet anyOf(List<JsonNode> values, int rows) {
        BitSet wanted = dictionary.codesOf(values);
        BitSet matches = new BitSet(rows);
        if (wanted.isEmpty()) {
            return matches;
        }
        for (int row = 0; row < rows; row++) {
            int code = codes.get(row);
            if (code != MISSING && wanted.get(code)) {
                matches.set(row);
            }
        }
        return matches;
    }

    @Override
    public BitSet exists(int rows) {
        BitSet matches = new BitSet(rows);
        for (int row = 0; row < rows; row++) {
            if (codes.get(row) != MISSING) {
                matches.set(row);
            }
        }
        return matches;
    }

    @Override
    public long bytes() {
        return codes.bytes() + dictionary.bytes();
    }
}
