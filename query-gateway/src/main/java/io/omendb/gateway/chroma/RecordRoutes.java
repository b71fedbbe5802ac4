package io.omendb.gateway.chroma;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import io.omendb.gateway.access.Need;
import io.omendb.gateway.http.AnswerBytes;
import io.omendb.gateway.http.Answers;
import io.omendb.gateway.http.Call;
import io.omendb.gateway.http.Limits;
import io.omendb.gateway.http.Route;
import io.omendb.gateway.shards.Deadline;
import io.omendb.record.PointRules;
import io.omendb.schema.CollectionDefinition;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** The routes of a collection's records. */
final class RecordRoutes {
    private static final String COLLECTION = ChromaRoute.COLLECTIONS + "/{collection}";

    private final ChromaCollections collections;
    private final RecordReader reader;
    private final RecordSearch search;
    private final RecordWriter writer;
    private final Limits limits;

    RecordRoutes(
            ChromaCollections collections,
            RecordReader reader,
            RecordWriter writer,
            Limits limits) {
        this.collections = collections;
        this.reader = reader;
        this.search = new RecordSearch(reader, limits.k());
        this.writer = writer;
        this.limits = limits;
    }

    List<Route> routes() {
        return List.of(
                ChromaRoute.of(HttpMethod.POST, COLLECTION + "/add", this::add),
                ChromaRoute.of(HttpMethod.POST, COLLECTION + "/update", this::update),
                ChromaRoute.of(HttpMethod.POST, COLLECTION + "/upsert", this::upsert),
                ChromaRoute.of(HttpMethod.POST, COLLECTION + "/get", this::get),
                ChromaRoute.of(HttpMethod.POST, COLLECTION + "/query", this::query),
                ChromaRoute.of(HttpMethod.POST, COLLECTION + "/delete", this::delete),
                ChromaRoute.of(HttpMethod.GET, COLLECTION + "/count", this::count),
                ChromaRoute.of(
                        HttpMethod.GET, COLLECTION + "/indexing_status", this::indexingStatus),
                refused(COLLECTION + "/search", "search: use query, or OmenDB's hybrid_search"),
                refused(COLLECTION + "/fork", "fork: OmenDB does not copy collections"));
    }

    private static Route refused(String path, String why) {
        return ChromaRoute.of(
                HttpMethod.POST,
                path,
                call -> {
                    throw ChromaException.unimplemented(why);
                });
    }

    /** The records a request writes, and where. */
    private record Written(CollectionDefinition collection, List<Row> rows, Deadline deadline) {}

    private HttpResponse add(Call call) throws InterruptedException {
        Written written = whole(call);
        writer.add(written.collection, written.rows, written.deadline);
        return done(HttpStatus.CREATED);
    }

    private HttpResponse upsert(Call call) throws InterruptedException {
        Written written = whole(call);
        writer.upsert(written.collection, written.rows, written.deadline);
        return done(HttpStatus.OK);
    }

    /** Records that have an embedding each: from the first ones the dimension is known. */
    private Written whole(Call call) throws InterruptedException {
        ChromaCollection collection = collection(call, Need.WRITE);
        List<Row> rows = RecordSet.read(call.body(), limits.batchPoints());
        int dimension = -1;
        for (Row row : rows) {
            float[] vector = row.vector();
            if (vector == null || (dimension >= 0 && vector.length != dimension)) {
                throw ChromaException.invalid(
                        "embeddings: expected one for every id, all of one dimension; they are not"
                                + " computed by the server (id "
                                + row.id()
                                + ")");
            }
            dimension = vector.length;
        }
        return new Written(collections.ready(collection, rows, dimension), rows, deadline(call));
    }

    private HttpResponse update(Call call) throws InterruptedException {
        CollectionDefinition definition = collection(call, Need.WRITE).definition();
        List<Row> rows = RecordSet.read(call.body(), limits.batchPoints());
        if (definition != null) {
            for (Row row : rows) {
                float[] vector = row.vector();
                if (vector != null) {
                    ChromaCollections.checkDimension(definition, vector.length);
                }
            }
            writer.update(definition, rows, deadline(call));
        }
        return done(HttpStatus.OK);
    }

    private HttpResponse get(Call call) throws InterruptedException {
        CollectionDefinition definition = collection(call, Need.READ).definition();
        Selection selection = Selection.read(call.body());
        Set<Include> include = selection.includeOr(Include.OF_GET);
        if (include.contains(Include.DISTANCES)) {
            throw ChromaException.invalid("include: distances are only known of a query");
        }
        return RecordAnswers.got(
                definition == null
                        ? List.of()
                        : selected(definition, selection, include, deadline(call)),
                include);
    }

    private List<Row> selected(
            CollectionDefinition definition,
            Selection selection,
            Set<Include> include,
            Deadline deadline) {
        List<Row> rows = new ArrayList<>();
        AnswerBytes bytes = limits.answer();
        int[] skipped = {0};
        reader.selected(
                definition,
                selection,
                include.contains(Include.EMBEDDINGS),
                deadline,
                row -> {
                    if (skipped[0]++ >= selection.offset()) {
                        rows.add(counted(row, include, bytes));
                    }
                    return rows.size() < selection.most();
                });
        return rows;
    }

    /** Of a record what is answered, if it fits. */
    private static Row counted(Row row, Set<Include> include, AnswerBytes bytes) {
        Row answered = row.only(include);
        answered.count(bytes);
        return answered;
    }

    private HttpResponse query(Call call) throws InterruptedException {
        CollectionDefinition definition = collection(call, Need.READ).definition();
        Selection selection = Selection.read(call.body());
        Set<Include> include = selection.includeOr(Include.OF_QUERY);
        if (selection.queries().isEmpty()) {
            throw ChromaException.invalid(
                    "query_embeddings: expected at least one; texts are not embedded by the"
                            + " server");
        }
        if (selection.results() > limits.k()
                || selection.queries().size() > limits.batchSearches()) {
            throw ChromaException.invalid(
                    "n_results: expected at most "
                            + limits.k()
                            + ", for at most "
                            + limits.batchSearches()
                            + " query_embeddings");
        }
        Deadline deadline = deadline(call);
        AnswerBytes bytes = limits.answer();
        List<List<Row>> results = new ArrayList<>();
        for (float[] query : selection.queries()) {
            if (definition == null) {
                results.add(List.of());
            } else {
                ChromaCollections.checkDimension(definition, query.length);
                PointRules.checkVector(definition.schema(), "query_embeddings", query);
                PointRules.checkNorm(definition.schema(), "query_embeddings", query);
                boolean vectors = include.contains(Include.EMBEDDINGS);
                results.add(
                        search.nearest(definition, query, selection, vectors, deadline).stream()
                                .map(row -> counted(row, include, bytes))
                                .toList());
            }
        }
        return RecordAnswers.found(results, include);
    }

    private HttpResponse delete(Call call) throws InterruptedException {
        CollectionDefinition definition = collection(call, Need.WRITE).definition();
        Selection selection = Selection.read(call.body());
        if (selection.ids() == null && !selection.filtered()) {
            throw ChromaException.invalid(
                    "Expected at least one of ids, where and where_document, found none; to delete"
                            + " all records, delete the collection");
        }
        if (selection.limit() != null && !selection.filtered()) {
            throw ChromaException.invalid(
                    "limit: expected where or where_document beside it, found neither");
        }
        int deleted = definition == null ? 0 : writer.delete(definition, selection, deadline(call));
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        return Answers.of(HttpStatus.OK, json.put("deleted", deleted));
    }

    private HttpResponse count(Call call) throws InterruptedException {
        return Answers.of(HttpStatus.OK, JsonNodeFactory.instance.numberNode(counted(call)));
    }

    private HttpResponse indexingStatus(Call call) throws InterruptedException {
        long count = counted(call);
        return Answers.of(
                HttpStatus.OK,
                JsonNodeFactory.instance
                        .objectNode()
                        .put("num_indexed_ops", count)
                        .put("num_unindexed_ops", 0)
                        .put("total_ops", count)
                        .put("op_indexing_progress", 1.0));
    }

    private long counted(Call call) throws InterruptedException {
        CollectionDefinition definition = collection(call, Need.READ).definition();
        return definition == null ? 0 : reader.count(definition, deadline(call));
    }

    private ChromaCollection collection(Call call, Need need) throws InterruptedException {
        return collections.require(
                DatabaseName.of(call), call.path("collection"), call.caller(), need);
    }

    /** Requests do not say how long they may take. */
    private Deadline deadline(Call call) {
        return call.asked().deadline(limits.timeoutMsMax());
    }

    private static HttpResponse done(HttpStatus status) {
        return Answers.of(status, JsonNodeFactory.instance.objectNode());
    }
}
