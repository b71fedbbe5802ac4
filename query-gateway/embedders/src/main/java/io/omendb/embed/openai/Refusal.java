package io.omendb.embed.openai;

import com.fasterxml.jackson.databind.JsonNode;
import io.omendb.OmenException;
import io.omendb.record.StrictJson;
import java.util.List;

/** What an endpoint says to its refusal, as far as others may hear it. */
final class Refusal {
    private static final int CHARS_MAX = 200;
    private static final int UNAUTHORIZED = 401;
    private static final int FORBIDDEN = 403;

    /** Where endpoints put their words: OpenAI's way, and what others made of it. */
    private static final List<String> PLACES =
            List.of("/error/message", "/error", "/message", "/detail");

    private Refusal() {}

    /** Something to append to the status; empty where there is nothing. */
    static String said(int status, byte[] body, Endpoint endpoint) {
        if (status == UNAUTHORIZED || status == FORBIDDEN) {
            // Some repeat the key here, or parts of it.
            return endpoint.apiKey() == null
                    ? ": it wants an API key (api_key_env)"
                    : ": it does not accept the API key";
        }
        String message = message(body);
        String key = endpoint.apiKey();
        if (message.isEmpty() || (key != null && message.contains(key))) {
            return "";
        }
        String plain = message.replaceAll("\\p{Cntrl}+", " ").strip();
        return ": " + (plain.length() > CHARS_MAX ? plain.substring(0, CHARS_MAX) + "…" : plain);
    }

    private static String message(byte[] body) {
        try {
            JsonNode json = StrictJson.object(body, "answer");
            for (String place : PLACES) {
                JsonNode found = json.at(place);
                if (found.isTextual()) {
                    return found.textValue();
                }
            }
            return "";
        } catch (OmenException e) {
            return ""; // No JSON: a page of some proxy.
        }
    }
}
