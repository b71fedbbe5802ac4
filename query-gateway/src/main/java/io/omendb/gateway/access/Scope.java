package io.omendb.gateway.access;

import io.omendb.OmenException;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Some collections: names, and beginnings of names, which end with {@code *}.
 *
 * @param patterns at least one
 */
public record Scope(List<String> patterns) {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_-]*");

    /** All, those to come too; after what it is checked with. */
    public static final Scope ALL = new Scope(List.of("*"));

    public Scope {
        patterns = List.copyOf(patterns);
        if (patterns.isEmpty()) {
            throw OmenException.invalid(
                    "collections: found none, expected at least one (\"*\" is all)");
        }
        for (String pattern : patterns) {
            String start = isStart(pattern) ? pattern.substring(0, pattern.length() - 1) : pattern;
            if (!(NAME.matcher(start).matches() || pattern.equals("*"))) {
                throw OmenException.invalid(
                        "collections: found \""
                                + pattern
                                + "\", expected a collection's name, or how names begin and then *");
            }
        }
    }

    private static boolean isStart(String pattern) {
        return pattern.endsWith("*");
    }

    /** Whether every collection is one of them, whatever it is called. */
    public boolean isAll() {
        return patterns.contains("*");
    }

    /** Whether a collection is one of them. */
    public boolean include(String collection) {
        for (String pattern : patterns) {
            boolean matches =
                    isStart(pattern)
                            ? collection.regionMatches(0, pattern, 0, pattern.length() - 1)
                            : collection.equals(pattern);
            if (matches) {
                return true;
            }
        }
        return false;
    }
}
