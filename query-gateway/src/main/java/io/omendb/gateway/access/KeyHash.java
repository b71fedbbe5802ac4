package io.omendb.gateway.access;

import io.omendb.OmenException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;

/**
 * SHA-256 of a key. Keys are random and long ({@value #KEY_BYTES} bytes), not chosen by people, so
 * that nobody finds one by trying, and a slow hash would gain nothing.
 *
 * @param hex 64 digits, in lower case
 */
public record KeyHash(String hex) {
    /** By it scanners for secrets find keys that were left somewhere. */
    private static final String PREFIX = "omen_";

    private static final int KEY_BYTES = 32;
    private static final int DIGITS = 64;

    public KeyHash {
        if (hex.length() != DIGITS || !hex.chars().allMatch(KeyHash::isDigit)) {
            // Not shown: somebody may have put the key itself there.
            throw OmenException.invalid(
                    "sha256: found "
                            + hex.length()
                            + " characters, expected the "
                            + DIGITS
                            + " hexadecimal digits, in lower case, of a key's hash");
        }
    }

    private static boolean isDigit(int digit) {
        return (digit >= '0' && digit <= '9') || (digit >= 'a' && digit <= 'f');
    }

    /** That of a key. */
    public static KeyHash of(String key) {
        try {
            byte[] hash =
                    MessageDigest.getInstance("SHA-256")
                            .digest(key.getBytes(StandardCharsets.UTF_8));
            return new KeyHash(HexFormat.of().formatHex(hash));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /** A new key, which nobody else has. */
    public static String newKey() {
        byte[] random = new byte[KEY_BYTES];
        new SecureRandom().nextBytes(random);
        return PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(random);
    }
}
