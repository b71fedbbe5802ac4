package io.omendb.gateway.access;

import io.omendb.OmenException;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** What a key allows. All but {@link #MONITOR} are about the collections that the key names. */
public enum Permission {
    /** Searches, counts, looks up and scrolls. */
    READ,
    /** Writes and deletes points. */
    WRITE,
    /** Makes and drops collections. */
    MANAGE,
    /** Reads the metrics, which are of all collections. */
    MONITOR;

    /** Its name in files and messages. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * The permission of a name.
     *
     * @throws OmenException INVALID if there is none of that name
     */
    public static Permission ofLabel(String label) {
        for (Permission permission : values()) {
            if (permission.label().equals(label)) {
                return permission;
            }
        }
        throw OmenException.invalid(
                "allow: found \""
                        + label
                        + "\", expected "
                        + Arrays.stream(values())
                                .map(Permission::label)
                                .collect(Collectors.joining(", ")));
    }
}
