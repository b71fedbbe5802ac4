package io.omendb.gateway;

import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.gateway.chroma.ChromaEndpoints;
import io.omendb.gateway.collections.CollectionEndpoints;
import io.omendb.gateway.collections.KnownCollections;
import io.omendb.gateway.collections.SchemaEndpoints;
import io.omendb.gateway.freshness.AppliedWait;
import io.omendb.gateway.freshness.LogEnds;
import io.omendb.gateway.http.Admission;
import io.omendb.gateway.http.Limits;
import io.omendb.gateway.http.Route;
import io.omendb.gateway.operations.GatewayMetrics;
import io.omendb.gateway.operations.OperationEndpoints;
import io.omendb.gateway.search.HybridEndpoints;
import io.omendb.gateway.search.LookupEndpoints;
import io.omendb.gateway.search.ScrollEndpoints;
import io.omendb.gateway.search.Scroller;
import io.omendb.gateway.search.SearchEndpoints;
import io.omendb.gateway.shards.Shards;
import io.omendb.gateway.write.FilterDeletion;
import io.omendb.gateway.write.PointEndpoints;
import io.omendb.gateway.write.PointWriter;
import io.omendb.gateway.write.ReadOnlyEndpoints;
import io.omendb.protocol.ShardDirectory;
import io.omendb.protocol.catalogue.CatalogueFollower;
import io.omendb.protocol.catalogue.CatalogueWriter;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** What a gateway is made of, put together, and taken apart in reverse. */
final class GatewayParts implements AutoCloseable {
    private final Deque<AutoCloseable> opened;
    private final GatewayMetrics metrics;
    private final List<Route> routes;

    private GatewayParts(Deque<AutoCloseable> opened, GatewayMetrics metrics, List<Route> routes) {
        this.opened = opened;
        this.metrics = metrics;
        this.routes = routes;
    }

    static GatewayParts open(
            GatewayOptions options, ShardDirectory directory, Admission admission) {
        Deque<AutoCloseable> opened = new ArrayDeque<>();
        try {
            return open(options, directory, admission, opened);
        } catch (RuntimeException e) {
            closeAll(opened);
            throw new OmenException(
                    ErrorCode.EXTERNAL,
                    "The gateway cannot be set up with these Kafka settings: " + e.getMessage(),
                    e);
        }
    }

    private static GatewayParts open(
            GatewayOptions options,
            ShardDirectory directory,
            Admission admission,
            Deque<AutoCloseable> opened) {
        CatalogueFollower catalogue = keep(opened, CatalogueFollower.open(options.kafka()));
        GatewayMetrics metrics =
                keep(
                        opened,
                        new GatewayMetrics(() -> catalogue.current().size(), admission::inFlight));
        CatalogueWriter writer = keep(opened, CatalogueWriter.open(options.kafka(), catalogue));
        LogEnds ends = keep(opened, LogEnds.open(options.kafka()));
        PointWriter points = keep(opened, PointWriter.open(options.kafka(), ends));
        Shards shards = keep(opened, Shards.open(directory));
        KnownCollections collections = new KnownCollections(catalogue);
        AppliedWait wait = new AppliedWait(shards, ends);
        List<Route> routes = new ArrayList<>();
        routes.addAll(new SchemaEndpoints(writer).routes());
        routes.addAll(
                new PointEndpoints(
                                collections,
                                points,
                                wait,
                                new FilterDeletion(new Scroller(shards, ends, wait), points),
                                options.limits(),
                                metrics::accepted)
                        .routes());
        addReads(routes, options.limits(), collections, shards, ends, wait, metrics);
        routes.addAll(
                keep(
                                opened,
                                ChromaEndpoints.open(
                                        options.kafka(),
                                        collections,
                                        writer,
                                        points,
                                        shards,
                                        ends,
                                        options.limits(),
                                        metrics::accepted))
                        .routes());
        return new GatewayParts(opened, metrics, routes);
    }

    /** The parts of a gateway that only reads what there is. */
    static GatewayParts openReadOnly(
            GatewayOptions options,
            ShardDirectory directory,
            Admission admission,
            ReadOnlySource source) {
        Deque<AutoCloseable> opened = new ArrayDeque<>();
        GatewayMetrics metrics =
                keep(
                        opened,
                        new GatewayMetrics(
                                () -> source.catalogue().current().size(), admission::inFlight));
        Shards shards = keep(opened, Shards.open(directory));
        LogEnds ends = LogEnds.fixed(source.logEnds());
        List<Route> routes = new ArrayList<>(new ReadOnlyEndpoints(source.why()).routes());
        addReads(
                routes,
                options.limits(),
                new KnownCollections(source.catalogue()),
                shards,
                ends,
                new AppliedWait(shards, ends),
                metrics);
        return new GatewayParts(opened, metrics, routes);
    }

    private static void addReads(
            List<Route> routes,
            Limits limits,
            KnownCollections collections,
            Shards shards,
            LogEnds ends,
            AppliedWait wait,
            GatewayMetrics metrics) {
        routes.addAll(
                new CollectionEndpoints(collections, shards, ends, limits.timeoutMs()).routes());
        routes.addAll(
                new SearchEndpoints(
                                collections,
                                shards,
                                ends,
                                wait,
                                limits,
                                metrics::search,
                                metrics::recall)
                        .routes());
        routes.addAll(
                new HybridEndpoints(collections, shards, ends, wait, limits, metrics::search)
                        .routes());
        routes.addAll(
                new ScrollEndpoints(collections, new Scroller(shards, ends, wait), limits)
                        .routes());
        routes.addAll(new LookupEndpoints(collections, shards, ends, wait, limits).routes());
        routes.addAll(new OperationEndpoints(collections, shards, ends, metrics).routes());
    }

    private static <T extends AutoCloseable> T keep(Deque<AutoCloseable> opened, T part) {
        opened.push(part);
        return part;
    }

    List<Route> routes() {
        return routes;
    }

    GatewayMetrics metrics() {
        return metrics;
    }

    @Override
    public void close() {
        closeAll(opened);
    }

    private static void closeAll(Deque<AutoCloseable> opened) {
        while (!opened.isEmpty()) {
            try {
                opened.pop().close();
            } catch (Exception e) {
                throw new OmenException(
                        ErrorCode.INTERNAL, "A part of the gateway could not be closed.", e);
            }
        }
    }
}
