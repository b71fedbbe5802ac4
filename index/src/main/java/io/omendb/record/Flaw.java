package io.omendb.record;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The first value in metadata that cannot be stored as it was sent: a number that is not finite,
 * which JSON has none of, or a text that is not Unicode.
 *
 * @param path where it is, below the metadata
 */
record Flaw(String path, String found, String expected) {

    /** Null where there is none. */
    static @Nullable Flaw of(JsonNode metadata) {
        // The way to a value is put together for one that is wrong only: a name may be 50,000
        // characters long, and an array under it have millions of elements.
        Deque<String> path = new ArrayDeque<>();
        Flaw flaw = find(metadata, path);
        return flaw == null ? null : new Flaw(String.join("", path), flaw.found, flaw.expected);
    }

    private static @Nullable Flaw find(JsonNode value, Deque<String> path) {
        if (value.isObject()) {
            return findMember(value, path);
        }
        if (value.isArray()) {
            for (int i = 0; i < value.size(); i++) {
                Flaw flaw = find(value.get(i), path);
                if (flaw != null) {
                    path.addFirst("[" + i + "]");
                    return flaw;
                }
            }
            return null;
        }
        if (value.isFloatingPointNumber() && !Double.isFinite(value.doubleValue())) {
            return new Flaw("", value.asText(), "a finite number");
        }
        return value.isTextual() && !Unicode.isWellFormed(value.textValue()) ? unpaired() : null;
    }

    private static @Nullable Flaw findMember(JsonNode object, Deque<String> path) {
        for (Map.Entry<String, JsonNode> member : object.properties()) {
            Flaw flaw =
                    Unicode.isWellFormed(member.getKey())
                            ? find(member.getValue(), path)
                            : unpaired();
            if (flaw != null) {
                path.addFirst("." + member.getKey());
                return flaw;
            }
        }
        return null;
    }

    private static Flaw unpaired() {
        return new Flaw("", "an unpaired surrogate", "valid Unicode");
    }
}
