package io.omendb.gateway.chroma;

import io.omendb.gateway.shards.Deadline;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * A regular expression that somebody else wrote. Java's are searched by recursion and backtracking,
 * so that an expression can ask for more time or stack than there is, in three ways:
 *
 * <ul>
 *   <li>it goes back and forth over the text: {@link BoundedText} counts the characters looked at;
 *   <li>it repeats what looks at no character, such as {@code (?:){2000000000}}: how often it must
 *       repeat anything is bounded here, and nested repetitions multiply;
 *   <li>it takes a step deeper for each character, as {@code (a|b)*} does: the stack ends, which
 *       harms nothing but this search. (One that is nested too deep is no expression to Java.)
 * </ul>
 *
 * @param pattern what it compiles to
 */
record BoundedPattern(Pattern pattern) {
    /** Repeated anew from every character of a text. */
    private static final long REPETITIONS_MAX = 10_000;

    /** With whatever may stand between digits where white space and remarks are allowed. */
    private static final Pattern LEAST =
            Pattern.compile("\\{((?:#[^\n\r\u0085\u2028\u2029]*+|[^,}])*+)");

    private static final Pattern NO_DIGITS = Pattern.compile("[^0-9]+");
    private static final int DIGITS_MAX = 9;

    /**
     * Compiles an expression. Classes such as {@code \w} mean Unicode's, as they do in Chroma.
     *
     * @throws PatternSyntaxException if it is none
     * @throws ChromaException if it would take too long
     */
    static BoundedPattern compile(String expression) {
        checkRepetitions(expression);
        return new BoundedPattern(Pattern.compile(expression, Pattern.UNICODE_CHARACTER_CLASS));
    }

    /** Counts braces that are no repetition, too: a text with many of them is rare enough. */
    private static void checkRepetitions(String expression) {
        long least = 1;
        Matcher braces = LEAST.matcher(expression);
        while (braces.find()) {
            String digits = NO_DIGITS.matcher(braces.group(1)).replaceAll("");
            long times = digits.length() > DIGITS_MAX ? Long.MAX_VALUE : times(digits);
            if (times > REPETITIONS_MAX / least) {
                throw ChromaException.invalid(
                        "$regex: the expression repeats its parts more than "
                                + REPETITIONS_MAX
                                + " times, expected fewer repetitions");
            }
            least *= times;
        }
    }

    private static long times(String digits) {
        return digits.isEmpty() ? 1 : Math.max(1, Long.parseLong(digits));
    }

    /** Whether it matches anywhere in a text; ends by the deadline. */
    boolean isIn(String text, Deadline deadline) {
        try {
            return pattern.matcher(new BoundedText(text, deadline)).find();
        } catch (StackOverflowError e) {
            throw ChromaException.invalid(
                    "$regex: the expression goes too deep on a document, expected one that does"
                            + " not repeat alternatives or groups over a long text");
        }
    }
}
