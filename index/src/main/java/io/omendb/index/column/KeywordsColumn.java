package io.omendb.index.column;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Any number of strings a row: the elements of a {@code keyword[]} field or the terms of a {@code
 * text} field.
 */
final class KeywordsColumn extends FieldColumn {
    private final Function<JsonNode, Set<String>> split;
    private final Dictionary dictionary = new Dictionary();

    /** Codes of all rows end to end; row r holds {@code [ends(r - 1), ends(r))}. */
    private final IntColumn codes = new IntColumn();

    private final IntColumn ends = new IntColumn();
    private final BitColumn present = new BitColumn();
    private volatile @Nullable CodeIndex index;
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

    /** The lower-cased runs of letters and digits of a text. */
    static Set<String> terms(JsonNode value) {
        Set<String> terms = new LinkedHashSet<>();
        String text = value.textValue().toLowerCase(Locale.ROOT);
        int start = -1;
        for (int i = 0; i <= text.length(); i++) {
            boolean inTerm = i < text.length() && Character.isLetterOrDigit(text.charAt(i));
            if (inTerm && start < 0) {
                start = i;
            } else if (!inTerm && start >= 0) {
                terms.add(text.substring(start, i));
                start = -1;
            }
        }
        return terms;
    }

    @Override
    public void append(int row, @Nullable JsonNode value) {
        if (value != null) {
            for (String element : split.apply(value)) {
                codes.set(end++, dictionary.codeFor(element));
            }
        }
        present.set(row, value != null);
        ends.set(row, end);
    }

    /** For text each value is split into terms too, all of which the row must hold. */
    @Override
    public RowMatcher anyOf(List<JsonNode> values, int rows) {
        List<BitSet> alternatives = new ArrayList<>();
        for (JsonNode value : values) {
            List<JsonNode> parts = new ArrayList<>();
            split.apply(value)
                    .forEach(part -> parts.add(value.isTextual() ? textNode(part) : value));
            BitSet wanted = dictionary.codesOf(parts);
            if (!parts.isEmpty() && wanted.cardinality() == parts.size()) {
                alternatives.add(wanted);
            }
        }
        IntPredicate test =
                row -> holdsOne(alternatives, row == 0 ? 0 : ends.get(row - 1), ends.get(row));
        CodeIndex frozen = index;
        return frozen == null || frozen.rows() != rows
                ? RowMatcher.testing(rows, test)
                : frozen.matcher(alternatives, test);
    }

    @Override
    public RowMatcher exists(int rows) {
        return RowMatcher.testing(rows, present::get);
    }

    @Override
    public void freeze(int rows) {
        index =
                CodeIndex.of(
                        dictionary.size(),
                        rows,
                        sink -> {
                            for (int row = 0; row < rows; row++) {
                                int from = row == 0 ? 0 : ends.get(row - 1);
                                for (int i = from; i < ends.get(row); i++) {
                                    sink.accept(row, codes.get(i));
                                }
                            }
                        });
    }

    @Override
    public long bytes() {
        CodeIndex frozen = index;
        return codes.bytes()
                + ends.bytes()
                + present.bytes()
                + dictionary.bytes()
                + (frozen == null ? 0 : frozen.bytes());
    }

    private boolean holdsOne(List<BitSet> alternatives, int from, int to) {
        for (BitSet wanted : alternatives) {
            int found = 0;
            for (int i = from; i < to; i++) {
                if (wanted.get(codes.get(i))) {
                    found++;
                }
            }
            if (found == wanted.cardinality()) {
                return true;
            }
        }
        return false;
    }

    private static JsonNode textNode(String text) {
        return com.fasterxml.jackson.databind.node.TextNode.valueOf(text);
    }
}
