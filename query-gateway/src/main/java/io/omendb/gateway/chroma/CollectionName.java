package io.omendb.gateway.chroma;

import io.omendb.OmenException;
import io.omendb.protocol.catalogue.CatalogueWriter;
import io.omendb.schema.CollectionSchema;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A collection's name in Chroma, and what it is in the one flat namespace of OmenDB.
 *
 * <p>In the default database both are the same, so that each API sees the collections of the other.
 * Everything else, and names that OmenDB does not allow, are spelled out:
 *
 * <pre>
 * chroma--{tenant}--{database}--{name}
 * </pre>
 *
 * where letters and digits stand for themselves, as does a {@code -} between two of them, and every
 * other byte in UTF-8 is {@code _} and two hexadecimal digits: {@code my.docs} is {@code
 * my_2Edocs}. The mapping is one to one; a name in this form that is not its own spelling belongs
 * to no database.
 */
record CollectionName(DatabaseName database, String name) {
    private static final String PREFIX = "chroma--";
    private static final Pattern ALLOWED =
            Pattern.compile("[a-zA-Z0-9][a-zA-Z0-9._-]{1,510}[a-zA-Z0-9]");

    /** Checks the name by Chroma's rule. */
    void check() {
        if (!ALLOWED.matcher(name).matches()) {
            throw ChromaException.invalid(
                    "Expected a name containing 3-512 characters from [a-zA-Z0-9._-], starting and"
                            + " ending with a character in [a-zA-Z0-9]. Got: "
                            + name);
        }
        try {
            CollectionSchema.checkName(stored());
        } catch (OmenException e) {
            throw ChromaException.invalid(
                    "The names of tenant, database and collection are too long together: OmenDB"
                            + " would call the collection "
                            + stored()
                            + ", and allows 128 characters.");
        }
    }

    /** The name in OmenDB. */
    String stored() {
        if (database.isDefault() && isPlain(name)) {
            return name;
        }
        return PREFIX
                + encoded(database.tenant())
                + "--"
                + encoded(database.database())
                + "--"
                + encoded(name);
    }

    private static boolean isPlain(String name) {
        try {
            CollectionSchema.checkName(name);
            return !name.startsWith(PREFIX) && !CatalogueWriter.isReserved(name);
        } catch (OmenException e) {
            return false;
        }
    }

    /** What a collection of OmenDB is called in Chroma; null if it is not to be seen there. */
    static @Nullable CollectionName ofStored(String stored) {
        if (!stored.startsWith(PREFIX)) {
            return new CollectionName(DatabaseName.DEFAULT, stored);
        }
        String[] parts = stored.substring(PREFIX.length()).split("--", -1);
        if (parts.length != 3) {
            return null;
        }
        CollectionName name =
                new CollectionName(
                        new DatabaseName(decoded(parts[0]), decoded(parts[1])), decoded(parts[2]));
        return name.stored().equals(stored) ? name : null;
    }

    private static String encoded(String part) {
        byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < bytes.length; i++) {
            boolean inner =
                    bytes[i] == '-'
                            && i > 0
                            && i < bytes.length - 1
                            && isAlphanumeric(bytes[i - 1])
                            && isAlphanumeric(bytes[i + 1]);
            if (isAlphanumeric(bytes[i]) || inner) {
                text.append((char) bytes[i]);
            } else {
                text.append('_').append(HexFormat.of().withUpperCase().toHexDigits(bytes[i]));
            }
        }
        return text.toString();
    }

    /** Of what is no spelling, anything: the caller spells it again and compares. */
    private static String decoded(String text) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int i = 0; i < text.length(); i++) {
            boolean escape =
                    text.charAt(i) == '_'
                            && i + 2 < text.length()
                            && HexFormat.isHexDigit(text.charAt(i + 1))
                            && HexFormat.isHexDigit(text.charAt(i + 2));
            if (escape) {
                bytes.write(HexFormat.fromHexDigits(text, i + 1, i + 3));
                i += 2;
            } else {
                bytes.write(text.charAt(i));
            }
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    private static boolean isAlphanumeric(byte value) {
        return (value >= 'a' && value <= 'z')
                || (value >= 'A' && value <= 'Z')
                || (value >= '0' && value <= '9');
    }
}
