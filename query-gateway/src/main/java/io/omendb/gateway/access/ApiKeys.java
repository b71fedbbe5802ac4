package io.omendb.gateway.access;

import io.omendb.ErrorCode;
import io.omendb.OmenException;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Keys, found by what a request says. */
public final class ApiKeys {
    private static final String SCHEME = "Bearer ";

    private final Map<KeyHash, ApiKey> keys;

    private ApiKeys(Map<KeyHash, ApiKey> keys) {
        this.keys = keys;
    }

    /**
     * Some keys.
     *
     * @throws OmenException INVALID if two have one name, or are one key
     */
    public static ApiKeys of(List<ApiKey> list) {
        Map<KeyHash, ApiKey> keys = new HashMap<>();
        Set<String> names = new HashSet<>();
        for (ApiKey key : list) {
            if (!names.add(key.name())) {
                throw OmenException.invalid(
                        "name: found " + key.name() + " twice, expected each name once");
            }
            ApiKey same = keys.put(key.hash(), key);
            if (same != null) {
                throw OmenException.invalid(
                        "sha256: found the same for "
                                + same.name()
                                + " and "
                                + key.name()
                                + ", expected each key once");
            }
        }
        return new ApiKeys(keys);
    }

    /**
     * The hash of the key that a request says it comes with.
     *
     * @param authorization such as {@code Bearer omen_…}; null for none
     * @throws OmenException UNAUTHENTICATED if that is no key
     */
    static KeyHash presented(@Nullable String authorization) {
        if (authorization == null) {
            throw refusal("found none, expected one: send Authorization: Bearer KEY");
        }
        if (!authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
            throw refusal("found an Authorization of another form, expected Bearer KEY");
        }
        return KeyHash.of(authorization.substring(SCHEME.length()).strip());
    }

    /**
     * The key of a hash.
     *
     * @throws OmenException UNAUTHENTICATED if there is none, or it has expired
     */
    ApiKey require(KeyHash hash, Supplier<Instant> now) {
        ApiKey key = keys.get(hash);
        if (key == null) {
            throw refusal("found one that is not known here, expected one that is");
        }
        if (key.expires() != null && key.hasExpired(now.get())) {
            throw refusal(
                    "found "
                            + key.name()
                            + ", which has expired at "
                            + key.expires()
                            + ", expected one that holds");
        }
        return key;
    }

    private static OmenException refusal(String what) {
        return new OmenException(ErrorCode.UNAUTHENTICATED, "API key: " + what);
    }
}
