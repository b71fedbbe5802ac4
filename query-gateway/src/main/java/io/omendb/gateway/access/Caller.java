package io.omendb.gateway.access;

import io.omendb.ErrorCode;
import io.omendb.OmenException;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Whoever sent a request, and what they may do. */
public final class Caller {
    /** Where no keys are wanted: everybody, who may do everything. */
    public static final Caller ANYBODY = new Caller(null);

    private final @Nullable ApiKey key;

    private Caller(@Nullable ApiKey key) {
        this.key = key;
    }

    static Caller with(ApiKey key) {
        return new Caller(key);
    }

    /** The name of the key; empty where none is wanted. */
    public String name() {
        return key == null ? "" : key.name();
    }

    /** Whether a collection is shown to this caller. */
    public boolean sees(String collection) {
        return key == null || key.sees(collection);
    }

    /**
     * Checks what a request is about to do.
     *
     * @param collection what it does that to; null where that is no collection
     * @throws OmenException FORBIDDEN if the key does not allow it
     */
    public void check(Need need, @Nullable String collection) {
        if (key == null || need == Need.NOTHING || need == Need.KEY) {
            return;
        }
        Permission permission = need.permission();
        if (permission == null) {
            if (!key.sees(Objects.requireNonNull(collection, "collection"))) {
                throw foreign(key, collection);
            }
            return;
        }
        if (!key.allows(permission)) {
            throw new OmenException(
                    ErrorCode.FORBIDDEN,
                    "The API key "
                            + key.name()
                            + " does not allow this: found "
                            + key.allow().stream()
                                    .map(Permission::label)
                                    .collect(Collectors.joining(", "))
                            + ", expected "
                            + permission.label());
        }
        if (need == Need.MANAGE_ALL && !key.scope().patterns().contains("*")) {
            throw new OmenException(
                    ErrorCode.FORBIDDEN,
                    "The API key "
                            + key.name()
                            + " is for some collections, expected one for all of them.");
        }
        if (need != Need.MANAGE_ALL
                && need != Need.MONITOR
                && !key.scope().include(Objects.requireNonNull(collection, "collection"))) {
            throw foreign(key, collection);
        }
    }

    /** Does not tell whether there is such a collection. */
    private static OmenException foreign(ApiKey key, String collection) {
        return new OmenException(
                ErrorCode.FORBIDDEN,
                "The API key " + key.name() + " is not for collection " + collection + ".");
    }
}
