package io.omendb.gateway.access;

import io.omendb.OmenException;
import java.time.Instant;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A key as the gateway knows it: not the key itself, but its hash.
 *
 * @param name what logs and messages call it
 * @param hash of the key
 * @param allow at least one
 * @param scope what READ, WRITE and MANAGE are about
 * @param expires when it ends; null if it does not
 */
public record ApiKey(
        String name, KeyHash hash, Set<Permission> allow, Scope scope, @Nullable Instant expires) {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._@-]{1,64}");

    public ApiKey {
        checkName(name);
        if (allow.isEmpty()) {
            throw OmenException.invalid("allow: found nothing, expected at least one permission");
        }
        allow = Collections.unmodifiableSet(EnumSet.copyOf(allow));
    }

    /**
     * Checks a key's name.
     *
     * @throws OmenException INVALID if it is none
     */
    public static void checkName(String name) {
        if (!NAME.matcher(name).matches()) {
            throw OmenException.invalid(
                    "name: found \""
                            + name
                            + "\", expected 1 to 64 of letters, digits, '.', '_', '@' and '-'");
        }
    }

    boolean hasExpired(Instant now) {
        return expires != null && !now.isBefore(expires);
    }

    boolean allows(Permission permission) {
        return allow.contains(permission);
    }

    /** Whether it allows anything with a collection. */
    boolean sees(String collection) {
        boolean aboutCollections = allow.size() > 1 || !allows(Permission.MONITOR);
        return aboutCollections && scope.include(collection);
    }
}
