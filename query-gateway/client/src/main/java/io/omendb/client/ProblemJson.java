package io.omendb.client;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import io.omendb.client.Problem.BadPoint;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Reads problem documents, and makes do with what proxies answer instead. */
final class ProblemJson {
    private static final int TEXT_MAX = 200;

    private ProblemJson() {}

    static Problem read(int status, byte[] body) {
        JsonNode node;
        try {
            node = Json.MAPPER.readTree(body);
        } catch (IOException e) {
            return ofText(status, body);
        }
        return node.isObject() ? ofDocument(status, node) : ofText(status, body);
    }

    private static Problem ofDocument(int status, JsonNode node) {
        List<BadPoint> errors = new ArrayList<>();
        for (JsonNode error : node.path("errors")) {
            JsonNode index = error.path("index");
            if (index.isIntegralNumber() && index.canConvertToInt()) {
                errors.add(new BadPoint(index.intValue(), error.path("detail").asText()));
            }
        }
        String title = node.path("title").asText("HTTP " + status);
        return new Problem(
                status,
                node.path("code").asText("HTTP_" + status),
                node.path("detail").asText(title),
                errors,
                Json.MAPPER.convertValue(node, new TypeReference<Map<String, Object>>() {}));
    }

    private static Problem ofText(int status, byte[] body) {
        String text = new String(body, StandardCharsets.UTF_8).strip();
        String shown = text.length() <= TEXT_MAX ? text : text.substring(0, TEXT_MAX) + "…";
        String detail =
                shown.isEmpty()
                        ? "an answer without a body"
                        : "found no problem document: " + shown;
        return new Problem(status, "HTTP_" + status, detail, List.of(), Map.of());
    }
}
