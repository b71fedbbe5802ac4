package io.omendb.examples.jdk;

import java.util.List;
import java.util.Locale;

/** Says in ordinary words what an element is: what a reader would type to find it comes first. */
final class JdkSentence {
    private JdkSentence() {}

    static String ofClass(String className, String kind, String packageName, String module) {
        return "%s, %s in %s of %s"
                .formatted(words(className), kind, words(packageName), words(module));
    }

    static String ofConstructor(String className, String packageName, List<String> parameters) {
        return "new %s, constructor%s, in %s"
                .formatted(words(className), takes(parameters), words(packageName));
    }

    static String ofMethod(
            String name,
            String className,
            String packageName,
            List<String> parameters,
            String returned) {
        return "%s of %s, method%s%s, in %s"
                .formatted(
                        words(name),
                        words(className),
                        takes(parameters),
                        returned.equals("void") ? "" : " returns " + words(returned),
                        words(packageName));
    }

    static String ofField(String name, String className, String packageName, String type) {
        return "%s of %s, field holds %s, in %s"
                .formatted(words(name), words(className), words(type), words(packageName));
    }

    private static String takes(List<String> parameters) {
        return parameters.isEmpty()
                ? ""
                : " takes "
                        + String.join(
                                " and ", parameters.stream().map(JdkSentence::words).toList());
    }

    /** {@code LocalDate} becomes "local date", {@code byte[]} "byte array". */
    private static String words(String identifier) {
        return identifier
                .replace("[]", " array")
                .replaceAll("[._$]+", " ")
                .replaceAll("(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ")
                .toLowerCase(Locale.ROOT);
    }
}
