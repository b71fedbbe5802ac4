package io.omendb.index.filter;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Locale;

/** Words for what was found in JSON. */
final class Json {
    private static final int SHOWN_MAX = 40;

    private Json() {}

    /** The node's type and, where short, its value: {@code number 5}. */
    static String describe(JsonNode node) {
        String type = node.getNodeType().name().toLowerCase(Locale.ROOT);
        String value = node.toString();
        return value.length() > SHOWN_MAX ? type : type + " " + value;
    }
}
