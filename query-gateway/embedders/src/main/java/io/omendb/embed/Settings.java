package io.omendb.embed;

import io.omendb.OmenException;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The settings of one embedder, by name. Remembers which were asked for, so that the others can be
 * refused. Errors are INVALID and name the setting with its path: {@code gateway.embedders.e.model:
 * found nothing, expected a text}. For one thread.
 */
public final class Settings {
    private final String name;
    private final String path;
    private final Map<String, Object> values;
    private final Function<String, @Nullable String> environment;
    private final TreeSet<String> known = new TreeSet<>();

    private Settings(
            String name,
            String path,
            Map<String, Object> values,
            Function<String, @Nullable String> environment) {
        this.name = name;
        this.path = path;
        this.values = values;
        this.environment = environment;
    }

    /**
     * Settings as a configuration has them, the type left out.
     *
     * @param name of the embedder
     * @param environment the values of environment variables, null for those that are not set
     */
    public static Settings of(
            String name, Map<String, ?> values, Function<String, @Nullable String> environment) {
        return new Settings(
                name, "gateway.embedders." + name + ".", new TreeMap<>(values), environment);
    }

    /** The name that the configuration gives the embedder; error messages should have it. */
    public String name() {
        return name;
    }

    /** A text that must be there. */
    public String text(String key) {
        String value = optionalText(key);
        if (value == null) {
            throw wrong(key, "a text");
        }
        return value;
    }

    /** A text; null where it is not given. */
    public @Nullable String optionalText(String key) {
        Object value = value(key);
        if (value == null) {
            return null;
        }
        if (!(value instanceof String text) || text.isBlank()) {
            throw wrong(key, "a text");
        }
        return text;
    }

    /** An integer that must be there. */
    public int integer(String key, int min, int max) {
        Object value = value(key);
        if (!(value instanceof Integer number) || number < min || number > max) {
            throw wrong(key, "a number from " + min + " to " + max);
        }
        return number;
    }

    /** An integer. */
    public int integer(String key, int absent, int min, int max) {
        return value(key) == null ? absent : integer(key, min, max);
    }

    /** True or false. */
    public boolean flag(String key, boolean absent) {
        Object value = value(key);
        if (value == null) {
            return absent;
        }
        if (!(value instanceof Boolean flag)) {
            throw wrong(key, "true or false");
        }
        return flag;
    }

    /**
     * A secret: the setting names the environment variable that holds it, so that no file does.
     * Null where the setting is not given; one that is given and not set is an error.
     */
    public @Nullable String secret(String key) {
        String variable = optionalText(key);
        if (variable == null) {
            return null;
        }
        String value = environment.apply(variable);
        if (value == null || value.isBlank()) {
            throw OmenException.invalid(
                    path + key + ": the environment variable " + variable + " is not set");
        }
        return value.strip();
    }

    /** An error about a setting's value. */
    public OmenException wrong(String key, String expected) {
        Object value = value(key);
        return OmenException.invalid(
                path
                        + key
                        + ": found "
                        + (value == null ? "nothing" : '"' + value.toString() + '"')
                        + ", expected "
                        + expected);
    }

    /** Refuses what nothing has asked for. */
    void refuseOthers() {
        for (String key : values.keySet()) {
            if (!known.contains(key)) {
                throw OmenException.invalid(
                        path
                                + key
                                + ": found an unknown setting, expected one of "
                                + String.join(", ", known));
            }
        }
    }

    private @Nullable Object value(String key) {
        known.add(key);
        return values.get(key);
    }
}
