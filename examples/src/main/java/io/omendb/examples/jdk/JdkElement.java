package io.omendb.examples.jdk;

/**
 * One public or protected class, method, constructor or field of the JDK.
 *
 * @param id unique and readable: {@code java.base/java.time.LocalDate#parse(CharSequence)}
 * @param module the module that exports it
 * @param packageName its package
 * @param kind class, interface, enum, record, annotation, method, constructor or field
 * @param name its name without package, class and parameters
 * @param isStatic whether it is declared static
 * @param parameters the number of its parameters; 0 for a class or field
 * @param text a sentence about it in ordinary words, for search
 */
public record JdkElement(
        String id,
        String module,
        String packageName,
        String kind,
        String name,
        boolean isStatic,
        int parameters,
        String text) {}
