package io.omendb.cli.demo;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.omendb.embed.hashing.HashingEmbedder;
import io.omendb.examples.jdk.JdkElement;
import io.omendb.record.Point;

/**
 * The demonstration's collection: what it is called, what it declares, and how an element becomes a
 * point.
 */
final class JdkCollection {
    static final String NAME = "jdk-api";

    private static final ObjectMapper JSON = new ObjectMapper();

    private JdkCollection() {}

    /** The body of {@code PUT /collections/jdk-api}. */
    static ObjectNode schema(HashingEmbedder embedder) {
        ObjectNode schema = JSON.createObjectNode();
        schema.put("dimension", embedder.dimension()).put("metric", "cosine");
        schema.putObject("fields")
                .put("module", "keyword")
                .put("package", "keyword")
                .put("kind", "keyword")
                .put("static", "bool")
                .put("parameters", "long");
        return schema;
    }

    static Point point(JdkElement element, HashingEmbedder embedder) {
        ObjectNode metadata =
                JSON.createObjectNode()
                        .put("module", element.module())
                        .put("package", element.packageName())
                        .put("kind", element.kind())
                        .put("static", element.isStatic())
                        .put("parameters", element.parameters());
        return new Point(
                element.id(), embedder.embed(element.text()), metadata, element.text(), null, null);
    }
}
