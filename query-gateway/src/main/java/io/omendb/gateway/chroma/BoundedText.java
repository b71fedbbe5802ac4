package io.omendb.gateway.chroma;

import org.jspecify.annotations.Nullable;

/**
 * A text that refuses to be read over and over: an expression such as {@code (a+)+b} looks at every
 * way to divide a text, and would hold a thread for years. Used by one thread, for one match.
 */
final class BoundedText implements CharSequence {
    private static final long LOOKS_MIN = 1_000_000;
    private static final long LOOKS_A_CHARACTER = 1_000;

    private final String text;
    private final int start;
    private final int end;
    private final long @Nullable [] left;

    BoundedText(String text) {
        this(
                text,
                0,
                text.length(),
                new long[] {Math.max(LOOKS_MIN, LOOKS_A_CHARACTER * text.length())});
    }

    private BoundedText(String text, int start, int end, long @Nullable [] left) {
        this.text = text;
        this.start = start;
        this.end = end;
        this.left = left;
    }

    @Override
    public int length() {
        return end - start;
    }

    @Override
    public char charAt(int index) {
        if (left != null && --left[0] < 0) {
            throw ChromaException.invalid(
                    "$regex: the expression takes too long on a document, expected one that does"
                            + " not go back and forth, such as nested repetitions do");
        }
        return text.charAt(start + index);
    }

    @Override
    public CharSequence subSequence(int from, int to) {
        return new BoundedText(text, start + from, start + to, left);
    }

    @Override
    public String toString() {
        return text.substring(start, end);
    }
}
