package io.omendb.gateway.access;

import io.omendb.OmenException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The keys that hold now: those of a file that is read again when it changes, so that a key can be
 * given or taken away while the gateway runs. Safe for use by any thread.
 */
public final class KeyRing {
    private final @Nullable Path file;
    private final Supplier<Instant> clock;
    private volatile @Nullable ApiKeys keys;

    private KeyRing(@Nullable Path file, @Nullable ApiKeys keys, Supplier<Instant> clock) {
        this.file = file;
        this.keys = keys;
        this.clock = clock;
    }

    /** None are wanted: everybody may do everything. */
    public static KeyRing none() {
        return new KeyRing(null, null, Instant::now);
    }

    /**
     * Those of a file.
     *
     * @throws OmenException as {@link KeyFile#read}
     */
    public static KeyRing of(Path file) {
        return of(file, Instant::now);
    }

    static KeyRing of(Path file, Supplier<Instant> clock) {
        return new KeyRing(file, ApiKeys.of(KeyFile.read(file)), clock);
    }

    /** Whether a key is wanted at all. */
    public boolean isLocked() {
        return keys != null;
    }

    /**
     * Reads the file again. If that fails, the keys of before go on to hold.
     *
     * @throws OmenException as {@link KeyFile#read}
     */
    public void reload() {
        if (file != null) {
            keys = ApiKeys.of(KeyFile.read(file));
        }
    }

    /**
     * Who sends a request.
     *
     * @param authorization of the request, such as {@code Bearer omen_…}; null for none
     * @throws OmenException UNAUTHENTICATED if that is no key that holds
     */
    public Caller identify(@Nullable String authorization) {
        if (keys == null) {
            return Caller.ANYBODY;
        }
        KeyHash hash = ApiKeys.presented(authorization);
        return Caller.with(Objects.requireNonNull(current(hash)), () -> current(hash));
    }

    private @Nullable ApiKey current(KeyHash hash) {
        ApiKeys current = keys;
        return current == null ? null : current.require(hash, clock);
    }
}
