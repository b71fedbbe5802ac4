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
    private final Zones zones = new Zones();
    private volatile @Nullable Postings postings;

    @Override
    void write(int row, @Nullable JsonNode value) {
        int code = value == null ? MISSING : dictionary.countRow(value.textValue());
        if (code != MISSING) {
            zones.add(row, code);
        }
        codes.set(row, code);
    }

    @Override
    public RowMatcher anyOf(List<JsonNode> values, int rows) {
        BitSet wanted = new BitSet();
        for (JsonNode value : values) {
            int code = dictionary.codeOf(value.textValue());
            if (code != Dictionary.UNKNOWN) {
                wanted.set(code);
            }
        }
        long hits = wanted.stream().mapToLong(dictionary::rowsWith).sum();
        if (hits == 0) {
            return RowMatcher.noRow(rows);
        }
        int estimate = RowMatcher.scaled(rows, hits, present().written());
        return new KeywordMatcher(this, wanted, estimate, rows);
    }

    @Override
    void freeze(int rows) {
        int[] counts = new int[dictionary.size()];
        for (int row = 0; row < rows; row++) {
            int code = codes.get(row);
            if (code != MISSING) {
                counts[code]++;
            }
        }
        Postings.Builder builder = new Postings.Builder(counts, rows);
        for (int row = 0; row < rows; row++) {
            int code = codes.get(row);
            if (code != MISSING) {
                builder.add(code, row);
            }
        }
        postings = builder.build();
    }

    @Override
    long valueBytes() {
        Postings frozen = postings;
        return codes.bytes()
                + dictionary.bytes()
                + zones.bytes()
                + (frozen == null ? 0 : frozen.bytes());
    }

    /** The index, or null while the column grows. */
    @Nullable Postings postings() {
        return postings;
    }

    IntColumn codes() {
        return codes;
    }

    Zones zones() {
        return zones;
    }
}
