package io.omendb.gateway.access;

import org.jspecify.annotations.Nullable;

/** What a request needs to be allowed. */
public enum Need {
    /** Not even a key: probes, and what is the same for everybody. */
    NOTHING(null),
    /** Some key; what it may see decides what is answered. */
    KEY(null),
    /** To see the collection: any permission for it will do. */
    SEE(null),
    READ(Permission.READ),
    WRITE(Permission.WRITE),
    MANAGE(Permission.MANAGE),
    /** To make and drop any collection. */
    MANAGE_ALL(Permission.MANAGE),
    MONITOR(Permission.MONITOR);

    private final @Nullable Permission permission;

    Need(@Nullable Permission permission) {
        this.permission = permission;
    }

    @Nullable Permission permission() {
        return permission;
    }
}
