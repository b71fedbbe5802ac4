package io.omendb.client;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/** Paths of the HTTP interface. */
final class Paths {
    static final String COLLECTIONS = "/collections";

    private Paths() {}

    static String collection(String name) {
        return COLLECTIONS + "/" + segment(name);
    }

    /** A name as one segment of a path, where a plus is a plus and dots are no step upwards. */
    static String segment(String name) {
        if (name.isEmpty()) {
            throw new IllegalArgumentException("found an empty name or id");
        }
        String encoded = URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20");
        return encoded.equals(".") || encoded.equals("..") ? encoded.replace(".", "%2E") : encoded;
    }
}
