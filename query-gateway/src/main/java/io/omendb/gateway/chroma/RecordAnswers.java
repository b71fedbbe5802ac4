package io.omendb.gateway.chroma;

import com.fasterxml.jackson.core.JsonGenerator;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import io.omendb.gateway.http.Answers;
import io.omendb.record.PointJson;
import java.io.IOException;
import java.util.List;
import java.util.Set;

/** Records by columns, as get and query answer them; what was not asked for is null. */
final class RecordAnswers {
    private RecordAnswers() {}

    static HttpResponse got(List<Row> rows, Set<Include> include) {
        return Answers.of(
                HttpStatus.OK,
                json -> {
                    json.writeStartObject();
                    json.writeFieldName("ids");
                    column(json, rows, (out, row) -> out.writeString(row.id()));
                    for (Include part : Include.values()) {
                        if (part != Include.DISTANCES) {
                            json.writeFieldName(part.chromaName());
                            if (include.contains(part)) {
                                column(json, rows, writer(part));
                            } else {
                                json.writeNull();
                            }
                        }
                    }
                    writeInclude(json, include);
                    json.writeEndObject();
                });
    }

    /** One list for each query. */
    static HttpResponse found(List<List<Row>> results, Set<Include> include) {
        return Answers.of(
                HttpStatus.OK,
                json -> {
                    json.writeStartObject();
                    json.writeFieldName("ids");
                    columns(json, results, (out, row) -> out.writeString(row.id()));
                    for (Include part : Include.values()) {
                        json.writeFieldName(part.chromaName());
                        if (include.contains(part)) {
                            columns(json, results, writer(part));
                        } else {
                            json.writeNull();
                        }
                    }
                    writeInclude(json, include);
                    json.writeEndObject();
                });
    }

    private interface Cell {
        void write(JsonGenerator json, Row row) throws IOException;
    }

    private static Cell writer(Include part) {
        return switch (part) {
            case DISTANCES -> (json, row) -> json.writeNumber((float) row.distance());
            case DOCUMENTS -> (json, row) -> json.writeString(row.document());
            case URIS -> (json, row) -> json.writeString(row.uri());
            case METADATAS -> (json, row) -> json.writeTree(row.metadata());
            case EMBEDDINGS ->
                    (json, row) -> {
                        float[] vector = row.vector();
                        if (vector == null) {
                            json.writeNull();
                        } else {
                            PointJson.writeFloats(vector, json);
                        }
                    };
        };
    }

    private static void columns(JsonGenerator json, List<List<Row>> results, Cell cell)
            throws IOException {
        json.writeStartArray();
        for (List<Row> rows : results) {
            column(json, rows, cell);
        }
        json.writeEndArray();
    }

    private static void column(JsonGenerator json, List<Row> rows, Cell cell) throws IOException {
        json.writeStartArray();
        for (Row row : rows) {
            cell.write(json, row);
        }
        json.writeEndArray();
    }

    private static void writeInclude(JsonGenerator json, Set<Include> include) throws IOException {
        json.writeArrayFieldStart("include");
        for (Include part : Include.values()) {
            if (include.contains(part)) {
                json.writeString(part.chromaName());
            }
        }
        json.writeEndArray();
    }
}
