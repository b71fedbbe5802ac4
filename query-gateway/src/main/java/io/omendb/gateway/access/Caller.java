package io.omendb.gateway.access;

import io.omendb.ErrorCode;
import io.omendb.OmenException;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Whoever sent a request, and what they may do now: a key that is taken away, or ends, while a
 * stream goes on allows nothing more.
 */
public final class Caller {
    /** Where no keys are wanted: everybody, who may do everything. */
    public static final Caller ANYBODY = new Caller("", () -> null);

    private final String name;
    private final Supplier<@Nullable ApiKey> key;

    private Caller(String name, Supplier<@Nullable ApiKey> key) {
        this.name = name;
        this.key = key;
    }

    /**
     * @param key as it is now
     * @param again looks it up again; fails with UNAUTHENTICATED once it does not hold any more
     */
    static Caller with(ApiKey key, Supplier<@Nullable ApiKey> again) {
        return new Caller(key.name(), again);
    }

    /** The name of the key; empty where none is wanted. */
    public String name() {
        return name;
    }

    /** Whether a collection is shown to this caller. */
    public boolean sees(String collection) {
        ApiKey current = key.get();
        return current == null || current.sees(collection);
    }

    /**
     * Checks what a request is about to do.
     *
     * @param collection what it does that to; null where that is no collection
     * @throws OmenException FORBIDDEN if the key does not allow it, UNAUTHENTICATED if it does not
     *     hold any more
     */
    public void check(Need need, @Nullable String collection) {
        check(need, collection, collection);
    }

    /**
     * As the other method.
     *
     * @param shown what a refusal calls the collection: no more than the caller has said
     */
    public void check(Need need, @Nullable String collection, @Nullable String shown) {
        ApiKey current = key.get();
        if (current == null || need == Need.NOTHING || need == Need.KEY) {
            return;
        }
        Permission permission = need.permission();
        if (permission != null && !current.allows(permission)) {
            throw new OmenException(
                    ErrorCode.FORBIDDEN,
                    "The API key "
                            + name
                            + " does not allow this: found "
                            + current.allow().stream()
                                    .map(Permission::label)
                                    .collect(Collectors.joining(", "))
                            + ", expected "
                            + permission.label());
        }
        boolean covered =
                switch (need) {
                    case NOTHING, KEY, MONITOR -> true;
                    case SEE -> current.sees(required(collection));
                    case READ, WRITE, MANAGE -> current.scope().include(required(collection));
                    case MANAGE_ALL -> current.scope().isAll();
                };
        if (!covered) {
            throw new OmenException(
                    ErrorCode.FORBIDDEN,
                    need == Need.MANAGE_ALL
                            ? "The API key "
                                    + name
                                    + " is for some collections, expected one for all of them."
                            // Does not tell whether there is such a collection.
                            : "The API key " + name + " is not for collection " + shown + ".");
        }
    }

    private static String required(@Nullable String collection) {
        return Objects.requireNonNull(collection, "collection");
    }
}
