package io.omendb.index.column;

import com.fasterxml.jackson.databind.JsonNode;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Any number of strings a row: the elements of a {@code keyword[]} field or the terms of a {@code
 * text} field.
 */
final class KeywordsColumn extends FieldColumn {
    private static final char FIRST_MARK = '\u0300';
    private static final Pattern VARIATION =
            Pattern.compile("[\\uFE00-\\uFE0F\\x{E0100}-\\x{E01EF}]");

    private final Function<JsonNode, Set<String>> split;
    private final Dictionary dictionary = new Dictionary();

    /** Codes of all rows end to end; row r holds {@code [ends(r - 1), ends(r))}. */
    private final IntColumn codes = new IntColumn();

    private final IntColumn ends = new IntColumn();
    private final Zones zones = new Zones();
    private volatile @Nullable Postings postings;
    private int end;

    KeywordsColumn(Function<JsonNode, Set<String>> split) {
        this.split = split;
    }

    /** The elements of an array, or a single string as its own only element. */
    static Set<String> elements(JsonNode value) {
        Set<String> elements = new LinkedHashSet<>();
        if (value.isArray()) {
            value.forEach(element -> elements.add(element.textValue()));
        } else {
            elements.add(value.textValue());
        }
        return elements;
    }

    /**
     * The lower-cased runs of letters, digits and the marks on them of a text, which may be written
     * in one character or in several (NFC is taken). How a character is to be drawn does not
     * matter.
     */
    static Set<String> terms(JsonNode value) {
        Set<String> terms = new LinkedHashSet<>();
        String text = composed(value.textValue().toLowerCase(Locale.ROOT));
        int start = -1;
        for (int i = 0; i < text.length(); ) {
            int character = text.codePointAt(i);
            boolean inTerm =
                    Character.isLetterOrDigit(character) || start >= 0 && isMark(character);
            if (inTerm && start < 0) {
                start = i;
            } else if (!inTerm && start >= 0) {
                terms.add(text.substring(start, i));
                start = -1;
            }
            i += Character.charCount(character);
        }
        if (start >= 0) {
            terms.add(text.substring(start));
        }
        return terms;
    }

    /** Without variation selectors; nothing below the first mark needs any of it. */
    private static String composed(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) >= FIRST_MARK) {
                return VARIATION
                        .matcher(Normalizer.normalize(text, Normalizer.Form.NFC))
                        .replaceAll("");
            }
        }
        return text;
    }

    /** As the vowels of Indic scripts are, and accents that have no character with their letter. */
    private static boolean isMark(int character) {
        int type = Character.getType(character);
        return type == Character.NON_SPACING_MARK
                || type == Character.COMBINING_SPACING_MARK
                || type == Character.ENCLOSING_MARK;
    }

    @Override
    void write(int row, @Nullable JsonNode value) {
        if (value != null) {
            for (String element : split.apply(value)) {
                int code = dictionary.countRow(element);
                zones.add(row, code);
                codes.set(end++, code);
            }
        }
        ends.set(row, end);
    }

    /** For text each value is split into terms too, all of which the row must hold. */
    @Override
    public RowMatcher anyOf(List<JsonNode> values, int rows) {
        BitSet single = new BitSet();
        List<BitSet> sets = new ArrayList<>();
        for (JsonNode value : values) {
            BitSet set = codesOf(split.apply(value));
            if (set.cardinality() == 1) {
                single.or(set);
            } else if (!set.isEmpty()) {
                sets.add(set);
            }
        }
        if (single.isEmpty() && sets.isEmpty()) {
            return RowMatcher.noRow(rows);
        }
        double share = single.stream().mapToDouble(this::share).sum();
        for (BitSet set : sets) {
            share += set.stream().mapToDouble(this::share).reduce(1, (a, b) -> a * b);
        }
        int estimate = (int) Math.round(Math.min(1, share) * rows);
        return new KeywordsMatcher(this, single, sets, estimate, rows);
    }

    @Override
    void freeze(int rows) {
        int[] counts = new int[dictionary.size()];
        int positions = start(rows);
        for (int i = 0; i < positions; i++) {
            counts[codes.get(i)]++;
        }
        Postings.Builder builder = new Postings.Builder(counts, rows);
        for (int row = 0; row < rows; row++) {
            for (int i = start(row); i < end(row); i++) {
                builder.add(codes.get(i), row);
            }
        }
        postings = builder.build();
    }

    @Override
    long valueBytes() {
        Postings frozen = postings;
        return codes.bytes()
                + ends.bytes()
                + zones.bytes()
                + dictionary.bytes()
                + (frozen == null ? 0 : frozen.bytes());
    }

    /** The index, or null while the column grows. */
    @Nullable Postings postings() {
        return postings;
    }

    /** Rows so far that hold a code. */
    int rowsWith(int code) {
        return dictionary.rowsWith(code);
    }

    /** Where the codes of a row start. */
    int start(int row) {
        return row == 0 ? 0 : ends.get(row - 1);
    }

    /** Where the codes of a row end. */
    int end(int row) {
        return ends.get(row);
    }

    int code(int position) {
        return codes.get(position);
    }

    Zones zones() {
        return zones;
    }

    /** The share of rows that hold a string. */
    private double share(int code) {
        return (double) dictionary.rowsWith(code) / Math.max(1, present().written());
    }

    /** The codes of all these strings, or none if a string was never seen. */
    private BitSet codesOf(Set<String> strings) {
        BitSet found = new BitSet();
        for (String string : strings) {
            int code = dictionary.codeOf(string);
            if (code == Dictionary.UNKNOWN) {
                return new BitSet();
            }
            found.set(code);
        }
        return found;
    }
}
