package io.omendb.connectors.table;

import io.omendb.client.AsyncOmenCollection;
import io.omendb.client.OmenClient;
import io.omendb.client.query.Hit;
import io.omendb.client.query.Include;
import io.omendb.record.PointRules;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.flink.table.api.ValidationException;
import org.apache.flink.table.connector.source.DynamicTableSource;
import org.apache.flink.table.connector.source.LookupTableSource;
import org.apache.flink.table.connector.source.VectorSearchTableSource;
import org.apache.flink.table.connector.source.lookup.AsyncLookupFunctionProvider;
import org.apache.flink.table.connector.source.search.AsyncVectorSearchFunctionProvider;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.functions.AsyncLookupFunction;
import org.apache.flink.table.functions.AsyncVectorSearchFunction;
import org.apache.flink.table.functions.FunctionContext;
import org.jspecify.annotations.Nullable;

/** Searches a collection by vectors, and reads points by their ids, through a gateway. */
final class OmenTableSource implements VectorSearchTableSource, LookupTableSource {
    private final TableColumns columns;
    private final GatewaySettings gateway;

    OmenTableSource(TableColumns columns, GatewaySettings gateway) {
        this.columns = columns;
        this.gateway = gateway;
    }

    @Override
    public VectorSearchRuntimeProvider getSearchRuntimeProvider(VectorSearchContext context) {
        check(
                context.getSearchColumns(),
                columns.vectorColumn(),
                "VECTOR_SEARCH",
                columns.vectorName());
        return AsyncVectorSearchFunctionProvider.of(new Searching(columns, gateway));
    }

    @Override
    public LookupRuntimeProvider getLookupRuntimeProvider(LookupContext context) {
        check(context.getKeys(), columns.idColumn(), "A lookup join", columns.idName());
        return AsyncLookupFunctionProvider.of(new Reading(columns, gateway));
    }

    private static void check(int[][] found, int expected, String what, String name) {
        if (found.length != 1 || found[0].length != 1 || found[0][0] != expected) {
            throw new ValidationException(
                    what + " of an omendb table goes by its column " + name + " alone.");
        }
    }

    @Override
    public DynamicTableSource copy() {
        return new OmenTableSource(columns, gateway);
    }

    @Override
    public String asSummaryString() {
        return "OmenDB collection " + gateway.collection();
    }

    /** The nearest points to a vector, with their scores. */
    public static final class Searching extends AsyncVectorSearchFunction {
        private static final long serialVersionUID = 1;

        private final TableColumns columns;
        private final GatewaySettings gateway;
        private transient @Nullable OmenClient client;
        private transient @Nullable Score score;

        Searching(TableColumns columns, GatewaySettings gateway) {
            this.columns = columns;
            this.gateway = gateway;
        }

        @Override
        public void open(FunctionContext context) {
            OmenClient opened = gateway.connect();
            client = opened;
            score = Score.of(opened.describeCollection(gateway.collection()).schema().metric());
        }

        @Override
        public CompletableFuture<Collection<RowData>> asyncVectorSearch(int k, RowData query) {
            OmenClient open = client;
            Score scores = score;
            if (open == null || scores == null) {
                throw new IllegalStateException("not open");
            }
            if (query.isNullAt(0)) {
                return CompletableFuture.completedFuture(Collections.emptyList());
            }
            AsyncOmenCollection collection = open.async().collection(gateway.collection());
            return collection
                    .search(gateway.search(columns.query(query.getArray(0)), k))
                    .thenApply(
                            found -> found.hits().stream().map(hit -> row(hit, scores)).toList());
        }

        private RowData row(Hit hit, Score scores) {
            return columns.toRow(
                    hit.id(), hit.vector(), hit.text(), hit.metadata(), scores.of(hit.distance()));
        }

        @Override
        public void close() {
            if (client != null) {
                client.close();
                client = null;
            }
        }
    }

    /** A point by its id. */
    public static final class Reading extends AsyncLookupFunction {
        private static final long serialVersionUID = 1;

        private final TableColumns columns;
        private final GatewaySettings gateway;
        private transient @Nullable OmenClient client;

        Reading(TableColumns columns, GatewaySettings gateway) {
            this.columns = columns;
            this.gateway = gateway;
        }

        @Override
        public void open(FunctionContext context) {
            client = gateway.connect();
        }

        /** Whether a point could have it; what none can have is no request. */
        private static boolean isId(StringData key) {
            int bytes = key.toBytes().length;
            return bytes > 0 && bytes <= PointRules.ID_BYTES_MAX;
        }

        @Override
        public CompletableFuture<Collection<RowData>> asyncLookup(RowData key) {
            OmenClient open = client;
            if (open == null) {
                throw new IllegalStateException("not open");
            }
            if (key.isNullAt(0) || !isId(key.getString(0))) {
                return CompletableFuture.completedFuture(Collections.emptyList());
            }
            return open.async()
                    .collection(gateway.collection())
                    .get(key.getString(0).toString(), Include.METADATA, Include.VECTOR)
                    .thenApply(
                            found ->
                                    found.<Collection<RowData>>map(
                                                    point ->
                                                            List.of(
                                                                    columns.toRow(
                                                                            point.id(),
                                                                            point.vector(),
                                                                            point.text(),
                                                                            point.metadata())))
                                            .orElseGet(List::of));
        }

        @Override
        public void close() {
            if (client != null) {
                client.close();
                client = null;
            }
        }
    }
}
