package io.omendb.record;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.omendb.ErrorCode;
import io.omendb.OmenException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** JSON merge patches, RFC 7396, of metadata. */
public final class MergePatch {
    private MergePatch() {}

    /**
     * Metadata with a patch applied.
     *
     * @param stored JSON object in UTF-8; null for none
     * @return JSON object in UTF-8
     */
    public static byte[] apply(byte @Nullable [] stored, ObjectNode patch) {
        ObjectNode target = stored == null ? JsonNodeFactory.instance.objectNode() : parse(stored);
        merge(target, patch);
        return target.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static ObjectNode parse(byte[] stored) {
        try {
            if (StrictJson.mapper().readTree(stored) instanceof ObjectNode object) {
                return object;
            }
        } catch (IOException e) {
            throw new OmenException(ErrorCode.INTERNAL, "stored metadata is not JSON", e);
        }
        throw new OmenException(ErrorCode.INTERNAL, "stored metadata is not an object");
    }

    private static void merge(ObjectNode target, ObjectNode patch) {
        for (Map.Entry<String, JsonNode> member : patch.properties()) {
            String name = member.getKey();
            JsonNode value = member.getValue();
            if (value.isNull()) {
                target.remove(name);
            } else if (value instanceof ObjectNode inner) {
                // Also where the target has no object there: of the patch's the nulls are not kept.
                ObjectNode within =
                        target.get(name) instanceof ObjectNode known
                                ? known
                                : JsonNodeFactory.instance.objectNode();
                merge(within, inner);
                target.set(name, within);
            } else {
                target.set(name, value);
            }
        }
    }
}
