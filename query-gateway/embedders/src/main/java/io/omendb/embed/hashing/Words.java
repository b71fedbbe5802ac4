package io.omendb.embed.hashing;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** The words of a text or an identifier: {@code HTTPServer.readAllBytes2} has five and a number. */
final class Words {
    private static final int MIN_STEM = 4;
    private static final List<String> SUFFIXES =
            List.of(
                    "ations", "ation", "ions", "ors", "ers", "ing", "ion", "ies", "ed", "er", "or",
                    "es", "s", "e");

    /** Words that say little about any one thing in a programming interface. */
    private static final Set<String> BOILERPLATE =
            Set.of(
                    "a",
                    "an",
                    "and",
                    "annotation",
                    "as",
                    "at",
                    "base",
                    "be",
                    "boolean",
                    "by",
                    "char",
                    "class",
                    "com",
                    "constructor",
                    "enum",
                    "for",
                    "from",
                    "get",
                    "how",
                    "i",
                    "in",
                    "int",
                    "interface",
                    "is",
                    "it",
                    "its",
                    "java",
                    "javax",
                    "jdk",
                    "lang",
                    "long",
                    "method",
                    "no",
                    "nothing",
                    "object",
                    "of",
                    "on",
                    "or",
                    "org",
                    "parameter",
                    "protected",
                    "public",
                    "record",
                    "return",
                    "returns",
                    "set",
                    "static",
                    "string",
                    "sun",
                    "takes",
                    "that",
                    "the",
                    "this",
                    "to",
                    "type",
                    "util",
                    "void",
                    "with");

    private Words() {}

    /** In lower case and in order, not stemmed. */
    static List<String> split(String text) {
        List<String> words = new ArrayList<>();
        int start = 0;
        for (int i = 1; i <= text.length(); i++) {
            if (i == text.length() || isBoundary(text, i)) {
                add(text, start, i, words);
                start = i;
            }
        }
        return words;
    }

    private static void add(String text, int start, int end, List<String> words) {
        if (start < end && Character.isLetterOrDigit(text.charAt(start))) {
            words.add(text.substring(start, end).toLowerCase(Locale.ROOT));
        }
    }

    /**
     * Between two kinds of characters, and before the last capital of a run: {@code HTTP|Server}.
     */
    private static boolean isBoundary(String text, int i) {
        char before = text.charAt(i - 1);
        char here = text.charAt(i);
        if (Character.isUpperCase(before) && Character.isLowerCase(here)) {
            return false;
        }
        if (Character.isUpperCase(before) && Character.isUpperCase(here)) {
            return i + 1 < text.length() && Character.isLowerCase(text.charAt(i + 1));
        }
        return kind(before) != kind(here);
    }

    private static int kind(char c) {
        if (Character.isDigit(c)) {
            return 0;
        }
        if (Character.isLetter(c)) {
            return Character.isUpperCase(c) ? 1 : 2;
        }
        return 3;
    }

    static boolean isBoilerplate(String word) {
        return BOILERPLATE.contains(word);
    }

    /**
     * Drops one ending, so that compress, compressed and compression meet, and parse, parser and
     * parsing. It need not be a word.
     */
    static String stem(String word) {
        for (String suffix : SUFFIXES) {
            int length = word.length() - suffix.length();
            if (length >= MIN_STEM && word.endsWith(suffix) && !word.endsWith("ss")) {
                return word.substring(0, length);
            }
        }
        return word;
    }
}
