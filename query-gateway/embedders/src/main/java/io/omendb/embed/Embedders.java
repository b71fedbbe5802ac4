package io.omendb.embed;

import io.omendb.ErrorCode;
import io.omendb.OmenException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The embedders of a process, by the names that its configuration gives them. Immutable. */
public final class Embedders implements AutoCloseable {
    /** The one that is there without being configured, and its type. */
    public static final String HASHING = "hashing";

    private static final String TYPE = "type";

    private final Map<String, Embedder> byName;

    private Embedders(Map<String, Embedder> byName) {
        this.byName = new TreeMap<>(byName);
    }

    /** None at all. */
    public static Embedders none() {
        return new Embedders(Map.of());
    }

    /** Embedders that were made otherwise; closed with these. */
    public static Embedders of(Map<String, Embedder> byName) {
        return new Embedders(byName);
    }

    /**
     * Makes those that a configuration names, and {@value #HASHING} if it says nothing about that.
     *
     * @param configured by name the settings, {@code type} among them
     * @throws OmenException INVALID naming the setting that is unknown, missing or wrong, EXTERNAL
     *     where a jar on the class path is broken
     */
    public static Embedders open(Map<String, ? extends Map<String, ?>> configured) {
        return open(configured, System::getenv);
    }

    static Embedders open(
            Map<String, ? extends Map<String, ?>> configured,
            Function<String, @Nullable String> environment) {
        Map<String, Map<String, ?>> all = new TreeMap<>(configured);
        all.putIfAbsent(HASHING, Map.of(TYPE, HASHING));
        Map<String, EmbedderFactory> types = types();
        Map<String, Embedder> made = new HashMap<>();
        try {
            all.forEach((name, values) -> made.put(name, create(name, values, types, environment)));
            return new Embedders(made);
        } catch (RuntimeException e) {
            made.values().forEach(Embedder::close);
            throw e;
        }
    }

    private static Embedder create(
            String name,
            Map<String, ?> values,
            Map<String, EmbedderFactory> types,
            Function<String, @Nullable String> environment) {
        Map<String, Object> settings = new HashMap<>(values);
        Object type = settings.remove(TYPE);
        EmbedderFactory factory = type == null ? null : types.get(type.toString());
        if (factory == null) {
            throw OmenException.invalid(
                    "gateway.embedders."
                            + name
                            + ".type: found "
                            + (type == null ? "nothing" : '"' + type.toString() + '"')
                            + ", expected one of "
                            + String.join(", ", types.keySet())
                            + ", or that of a plugin's jar on the class path");
        }
        Settings given = Settings.of(name, settings, environment);
        Embedder embedder = create(factory, given);
        try {
            given.refuseOthers();
            return embedder;
        } catch (OmenException e) {
            embedder.close();
            throw e;
        }
    }

    private static Embedder create(EmbedderFactory factory, Settings settings) {
        try {
            return factory.create(settings);
        } catch (LinkageError e) {
            throw new OmenException(
                    ErrorCode.EXTERNAL,
                    "Embedder "
                            + settings.name()
                            + ": a jar of the plugin "
                            + factory.type()
                            + " is missing or does not fit: "
                            + e,
                    e);
        }
    }

    private static Map<String, EmbedderFactory> types() {
        Map<String, EmbedderFactory> types = new TreeMap<>();
        try {
            // Not the thread's loader: Flink, where it is in the process, sets that as it likes.
            for (EmbedderFactory factory :
                    ServiceLoader.load(
                            EmbedderFactory.class, EmbedderFactory.class.getClassLoader())) {
                EmbedderFactory other = types.putIfAbsent(factory.type(), factory);
                if (other != null) {
                    throw new OmenException(
                            ErrorCode.EXTERNAL,
                            "Two jars on the class path have embedders of type "
                                    + factory.type()
                                    + ": "
                                    + other.getClass().getName()
                                    + " and "
                                    + factory.getClass().getName());
                }
            }
            return types;
        } catch (ServiceConfigurationError e) {
            throw new OmenException(
                    ErrorCode.EXTERNAL, "A plugin cannot be loaded: " + e.getMessage(), e);
        }
    }

    /** The embedder of a name. */
    public Optional<Embedder> find(String name) {
        return Optional.ofNullable(byName.get(name));
    }

    /** The names of all, in order. */
    public Set<String> names() {
        return byName.keySet();
    }

    @Override
    public void close() {
        byName.values().forEach(Embedder::close);
    }
}
