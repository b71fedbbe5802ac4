package io.omendb.gateway.chroma;

import io.omendb.gateway.shards.Deadline;

/**
 * A text that refuses to be read over and over: an expression such as {@code (a+)+b} looks at every
 * way to divide a text, and would hold a thread for years. What is allowed of a long text takes
 * seconds, so that it is seen now and then whether anybody still waits. Used by one thread, for one
 * match.
 */
final class BoundedText implements CharSequence {
    private static final long LOOKS_MIN = 1_000_000;
    private static final long LOOKS_A_CHARACTER = 1_000;

    /** Some milliseconds; a power of two. */
    private static final long LOOKS_A_CHECK = 1 << 20;

    private final String text;
    private final int start;
    private final int end;
    private final long[] left;
    private final Deadline deadline;

    BoundedText(String text, Deadline deadline) {
        this(
                text,
                0,
                text.length(),
                new long[] {Math.max(LOOKS_MIN, LOOKS_A_CHARACTER * text.length())},
                deadline);
    }

    private BoundedText(String text, int start, int end, long[] left, Deadline deadline) {
        this.text = text;
        this.start = start;
        this.end = end;
        this.left = left;
        this.deadline = deadline;
    }

    @Override
    public int length() {
        return end - start;
    }

    @Override
    public char charAt(int index) {
        look();
        return text.charAt(start + index);
    }

    private void look() {
        long looks = --left[0];
        if (looks < 0) {
            throw ChromaException.invalid(
                    "$regex: the expression takes too long on a document, expected one that does"
                            + " not go back and forth, such as nested repetitions do");
        }
        if ((looks & (LOOKS_A_CHECK - 1)) == 0) {
            deadline.check();
        }
    }

    @Override
    public CharSequence subSequence(int from, int to) {
        return new BoundedText(text, start + from, start + to, left, deadline);
    }

    @Override
    public String toString() {
        return text.substring(start, end);
    }
}
