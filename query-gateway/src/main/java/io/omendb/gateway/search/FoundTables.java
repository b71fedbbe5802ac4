package io.omendb.gateway.search;

import com.fasterxml.jackson.core.JsonGenerator;
import com.linecorp.armeria.common.HttpResponse;
import io.omendb.gateway.arrow.ArrowAnswers;
import io.omendb.gateway.arrow.PointTable;
import io.omendb.gateway.http.Answers;
import io.omendb.protocol.v1.Point;
import io.omendb.protocol.v1.ScrollPosition;
import io.omendb.schema.CollectionSchema;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Writes what was found as Arrow. What JSON says beside the points, the schema's metadata says, and
 * the answer to a scroll also in a header: not every reader of tables shows metadata.
 */
final class FoundTables {
    static final String CURSOR_HEADER = "omen-cursor";

    private FoundTables() {}

    static HttpResponse of(CollectionSchema schema, Fields fields, Found found) {
        try (PointTable table = new PointTable(schema, shape(false, fields), found.hits().size())) {
            found.hits().forEach(hit -> table.add(hit.getId(), hit));
            return answer(table, json -> circumstances(json, found));
        }
    }

    /** Of several searches; a column is there where one of them asked for it. */
    static HttpResponse of(CollectionSchema schema, List<Query> queries, List<Found> results) {
        Fields fields = Fields.ID;
        for (Query query : queries) {
            fields = fields.or(query.fields());
        }
        int rows = results.stream().mapToInt(found -> found.hits().size()).sum();
        try (PointTable table = new PointTable(schema, shape(true, fields), rows)) {
            for (int i = 0; i < results.size(); i++) {
                Fields asked = queries.get(i).fields();
                for (Point hit : results.get(i).hits()) {
                    table.add(hit.getId(), asked.distance() ? hit : withoutDistance(hit));
                    table.query(i);
                }
            }
            return answer(
                    table,
                    json -> {
                        json.writeStartObject();
                        json.writeArrayFieldStart("results");
                        for (Found found : results) {
                            circumstances(json, found);
                        }
                        json.writeEndArray();
                        json.writeEndObject();
                    });
        }
    }

    static HttpResponse of(CollectionSchema schema, HybridQuery query, HybridFound found) {
        Fields fields = query.base().fields();
        PointTable.Shape shape =
                new PointTable.Shape(
                        false,
                        fields.distance() && query.hasVector(),
                        fields.vector(),
                        fields.metadata(),
                        true,
                        parts(query),
                        query.explain());
        try (PointTable table = new PointTable(schema, shape, found.hits().size())) {
            for (Fused hit : found.hits()) {
                table.add(hit.candidate().id(), hit.content());
                table.score(hit.score());
                hit.shares().forEach(share -> table.score(share.part().apiName(), share.raw()));
                if (query.explain()) {
                    table.explain(Answers.text(hit::explain));
                }
            }
            return answer(table, json -> circumstances(json, found.found()));
        }
    }

    private static Set<String> parts(HybridQuery query) {
        Set<String> parts = new TreeSet<>();
        if (query.hasVector()) {
            parts.add(Part.DENSE.apiName());
        }
        if (query.hasText()) {
            parts.add(Part.TEXT.apiName());
        }
        if (query.hasSparse()) {
            parts.add(Part.SPARSE.apiName());
        }
        return parts;
    }

    static HttpResponse of(CollectionSchema schema, Fields fields, Scroller.Page page) {
        ScrollPosition position = page.cursor();
        String cursor = position == null ? null : ScrollCursor.write(position);
        try (PointTable table = table(schema, fields, page.points())) {
            String circumstances =
                    Answers.text(
                            json -> {
                                json.writeStartObject();
                                json.writeStringField("cursor", cursor);
                                json.writeEndObject();
                            });
            return ArrowAnswers.of(
                    table.write(circumstances),
                    cursor == null ? Map.of() : Map.of(CURSOR_HEADER, cursor));
        }
    }

    static HttpResponse of(CollectionSchema schema, Fields fields, Point point) {
        try (PointTable table = table(schema, fields, List.of(point))) {
            return ArrowAnswers.of(table.write("{}"), Map.of());
        }
    }

    private static PointTable table(CollectionSchema schema, Fields fields, List<Point> points) {
        PointTable table =
                new PointTable(schema, shape(false, fields.withDistance(false)), points.size());
        points.forEach(point -> table.add(point.getId(), point));
        return table;
    }

    private static PointTable.Shape shape(boolean query, Fields fields) {
        return PointTable.Shape.of(query, fields.distance(), fields.vector(), fields.metadata());
    }

    private static Point withoutDistance(Point hit) {
        return hit.toBuilder().setDistance(Float.NaN).build();
    }

    private static void circumstances(JsonGenerator json, Found found) throws IOException {
        json.writeStartObject();
        found.writeCircumstances(json);
        json.writeEndObject();
    }

    private static HttpResponse answer(PointTable table, Answers.Body circumstances) {
        return ArrowAnswers.of(table.write(Answers.text(circumstances)), Map.of());
    }
}
