package io.omendb.cli.stack;

import io.omendb.OmenException;

/** The one line of a failure that says what is wrong. */
final class FailureMessage {
    private static final String CAUSE = "Caused by: ";

    private FailureMessage() {}

    static String of(Throwable error) {
        Throwable root = error;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root instanceof OmenException ? String.valueOf(root.getMessage()) : root.toString();
    }

    /** The message of the innermost cause of a printed stack trace, without its class. */
    static String innermost(String stackTrace) {
        String innermost =
                stackTrace
                        .lines()
                        .filter(line -> line.startsWith(CAUSE))
                        .reduce((first, second) -> second)
                        .orElse(stackTrace);
        return innermost
                .lines()
                .findFirst()
                .orElse(innermost)
                .replaceFirst(CAUSE + "[\\w.$]+: ", "");
    }
}
