package io.omendb.record;

/** What can be told of a text that may not be Unicode, as what JSON escapes need not be. */
final class Unicode {
    private Unicode() {}

    /** Whether each surrogate has its other half, so that UTF-8 can hold the text. */
    static boolean isWellFormed(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isSurrogate(c)) {
                boolean paired =
                        Character.isHighSurrogate(c)
                                && i + 1 < text.length()
                                && Character.isLowSurrogate(text.charAt(i + 1));
                if (!paired) {
                    return false;
                }
                i++;
            }
        }
        return true;
    }
}
