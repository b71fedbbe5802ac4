package io.omendb.flink.server;

import io.omendb.index.filter.Filter;
import io.omendb.index.shard.Hit;
import io.omendb.index.shard.HybridHit;
import io.omendb.index.shard.HybridQuery;
import io.omendb.index.shard.HybridResult;
import io.omendb.index.shard.SearchParams;
import io.omendb.index.shard.ShardSnapshot;
import io.omendb.index.sparse.QueryScorers.TermScore;
import io.omendb.index.sparse.SparseFields;
import io.omendb.index.sparse.SparseQuery;
import io.omendb.index.sparse.TermStatistics;
import io.omendb.index.sparse.TermStatistics.Term;
import io.omendb.index.sparse.TermStatistics.Totals;
import io.omendb.protocol.v1.Candidate;
import io.omendb.protocol.v1.FetchRequest;
import io.omendb.protocol.v1.FetchResponse;
import io.omendb.protocol.v1.HybridRequest;
import io.omendb.protocol.v1.HybridResponse;
import io.omendb.protocol.v1.Include;
import io.omendb.protocol.v1.Point;
import io.omendb.protocol.v1.SearchRequest;
import io.omendb.record.SparseVector;
import io.omendb.schema.CollectionSchema;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Hybrid searches and the statistics of terms, from messages and to messages. */
final class HybridQueries {
    private HybridQueries() {}

    static void answer(
            ShardSnapshot snapshot,
            HybridRequest request,
            @Nullable Filter filter,
            SearchParams params,
            HybridResponse.Builder response) {
        HybridResult result = snapshot.search(query(snapshot, request, filter, params));
        for (HybridHit hit : result.hits()) {
            Candidate.Builder candidate =
                    response.addCandidatesBuilder()
                            .setPoint(PointMessages.of(hit.hit(), Include.getDefaultInstance()))
                            .setLocation(
                                    ((long) hit.hit().segment().slot() << 32) | hit.hit().row())
                            .setTextScore(hit.textScore())
                            .setSparseScore(hit.sparseScore());
            if (request.getExplain()) {
                result.explain(hit).forEach(term -> candidate.addTerms(message(term)));
            }
        }
        response.setRowsScanned(result.rowsScanned()).setOnDevice(result.onDevice());
    }

    /**
     * Reads rows that a search found a moment ago.
     *
     * @param live looks up an id that is no longer where it was
     */
    static void fetch(
            ShardSnapshot snapshot,
            FetchRequest request,
            Function<String, Optional<Hit>> live,
            FetchResponse.Builder response) {
        for (int i = 0; i < request.getIdsCount(); i++) {
            String id = request.getIds(i);
            long location = request.getLocations(i);
            Optional<Hit> hit = snapshot.at((int) (location >>> 32), (int) location, id);
            if (hit.isEmpty()) {
                hit = live.apply(id);
                if (request.getCommitted()) {
                    // What was written since is not to be seen.
                    hit = hit.flatMap(now -> snapshot.at(now.segment().slot(), now.row(), id));
                }
            }
            response.addPoints(
                    hit.map(found -> PointMessages.of(found, request.getInclude()))
                            .orElse(Point.getDefaultInstance()));
        }
    }

    private static HybridQuery query(
            ShardSnapshot snapshot,
            HybridRequest request,
            @Nullable Filter filter,
            SearchParams params) {
        SearchRequest search = request.getSearch();
        return new HybridQuery(
                search.getVector().isEmpty()
                        ? null
                        : ShardQueryService.VectorBytes.toFloats(search.getVector()),
                search.getK(),
                terms(snapshot.schema(), request.getText(), request.getTextFieldsList()),
                request.hasSparse()
                        ? SparseQuery.ofSparse(sparse(request.getSparse()))
                        : SparseQuery.NONE,
                Math.max(1, request.getSparseK()),
                filter,
                params,
                request.hasStatistics() ? statistics(request.getStatistics()) : null);
    }

    static SparseQuery terms(CollectionSchema schema, String text, List<String> names) {
        if (text.isEmpty()) {
            return SparseQuery.NONE;
        }
        SparseFields fields = SparseFields.of(schema);
        return SparseQuery.ofText(fields, fields.resolve(names), text);
    }

    private static SparseVector sparse(io.omendb.protocol.v1.SparseVector message) {
        int[] indices = message.getIndicesList().stream().mapToInt(index -> index).toArray();
        float[] values = new float[message.getValuesCount()];
        for (int i = 0; i < values.length; i++) {
            values[i] = message.getValues(i);
        }
        return new SparseVector(indices, values);
    }

    private static TermStatistics statistics(io.omendb.protocol.v1.TermStatistics message) {
        TermStatistics statistics = new TermStatistics();
        message.getFieldsList()
                .forEach(
                        field ->
                                statistics.addField(
                                        field.getField(),
                                        new Totals(field.getDocuments(), field.getTerms())));
        message.getTermsList()
                .forEach(
                        term ->
                                statistics.addRows(
                                        new Term(term.getField(), term.getTerm()), term.getRows()));
        return statistics;
    }

    static io.omendb.protocol.v1.TermStatistics message(TermStatistics statistics) {
        io.omendb.protocol.v1.TermStatistics.Builder message =
                io.omendb.protocol.v1.TermStatistics.newBuilder();
        statistics
                .fields()
                .forEach(
                        (field, totals) ->
                                message.addFieldsBuilder()
                                        .setField(field)
                                        .setDocuments(totals.documents())
                                        .setTerms(totals.terms()));
        statistics
                .rows()
                .forEach(
                        (term, rows) ->
                                message.addTermsBuilder()
                                        .setField(term.field())
                                        .setTerm(term.term())
                                        .setRows(rows));
        return message.build();
    }

    private static io.omendb.protocol.v1.TermScore message(TermScore score) {
        return io.omendb.protocol.v1.TermScore.newBuilder()
                .setField(score.clause().field())
                .setTerm(score.clause().term())
                .setQueryValue(score.clause().weight())
                .setValue(score.value())
                .setLength(score.length())
                .setIdf(score.idf())
                .setRows(score.rows())
                .setDocuments(score.documents())
                .setScore(score.score())
                .build();
    }
}
