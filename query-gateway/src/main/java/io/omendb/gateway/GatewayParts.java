package io.omendb.gateway;

import io.grpc.BindableService;
import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.gateway.chroma.ChromaEndpoints;
import io.omendb.gateway.collections.CollectionEndpoints;
import io.omendb.gateway.collections.CollectionService;
import io.omendb.gateway.collections.Definitions;
import io.omendb.gateway.collections.Descriptions;
import io.omendb.gateway.collections.KnownCollections;
import io.omendb.gateway.collections.SchemaEndpoints;
import io.omendb.gateway.console.ConsoleEndpoints;
import io.omendb.gateway.embed.TextVectors;
import io.omendb.gateway.freshness.AppliedWait;
import io.omendb.gateway.freshness.LogEnds;
import io.omendb.gateway.grpc.CallThreads;
import io.omendb.gateway.grpc.Calls;
import io.omendb.gateway.http.Admission;
import io.omendb.gateway.http.Limits;
import io.omendb.gateway.http.Route;
import io.omendb.gateway.operations.GatewayMetrics;
import io.omendb.gateway.operations.OperationEndpoints;
import io.omendb.gateway.operations.Readiness;
import io.omendb.gateway.search.HybridEndpoints;
import io.omendb.gateway.search.Lookup;
import io.omendb.gateway.search.LookupEndpoints;
import io.omendb.gateway.search.QueryService;
import io.omendb.gateway.search.ScrollEndpoints;
import io.omendb.gateway.search.Scroller;
import io.omendb.gateway.search.SearchEndpoints;
import io.omendb.gateway.search.Searches;
import io.omendb.gateway.shards.Shards;
import io.omendb.gateway.write.FilterDeletion;
import io.omendb.gateway.write.PointEndpoints;
import io.omendb.gateway.write.PointVectors;
import io.omendb.gateway.write.PointWriter;
import io.omendb.gateway.write.ReadOnlyEndpoints;
import io.omendb.gateway.write.RefusedWrites;
import io.omendb.gateway.write.WriteService;
import io.omendb.gateway.write.Writes;
import io.omendb.protocol.ShardDirectory;
import io.omendb.protocol.catalogue.CatalogueFollower;
import io.omendb.protocol.catalogue.CatalogueWriter;
import io.omendb.protocol.kafka.KafkaErrors;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** What a gateway is made of, put together, and taken apart in reverse. */
final class GatewayParts implements AutoCloseable {
    private final Deque<AutoCloseable> opened;
    private final GatewayMetrics metrics;
    private final List<Route> routes;
    private final List<BindableService> services;
    private final CallThreads callThreads;
    private final Readiness readiness;

    private GatewayParts(
            Deque<AutoCloseable> opened,
            GatewayMetrics metrics,
            List<Route> routes,
            List<BindableService> services,
            CallThreads callThreads,
            Readiness readiness) {
        this.readiness = readiness;
        this.opened = opened;
        this.metrics = metrics;
        this.routes = routes;
        this.services = services;
        this.callThreads = callThreads;
    }

    static GatewayParts open(
            GatewayOptions options, ShardDirectory directory, Admission admission) {
        Deque<AutoCloseable> opened = new ArrayDeque<>();
        try {
            return open(options, directory, admission, opened);
        } catch (OmenException e) {
            closeAll(opened);
            throw e;
        } catch (RuntimeException e) {
            closeAll(opened);
            throw new OmenException(
                    ErrorCode.EXTERNAL,
                    "The gateway cannot be set up with these Kafka settings: "
                            + KafkaErrors.reason(e),
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
                keep(opened, new GatewayMetrics(() -> catalogue.current().size(), admission));
        CatalogueWriter writer = keep(opened, CatalogueWriter.open(options.kafka(), catalogue));
        LogEnds ends = keep(opened, LogEnds.open(options.kafka(), options.mapped()));
        PointWriter points = keep(opened, PointWriter.open(options.kafka(), ends));
        Shards shards =
                keep(opened, Shards.open(directory, admission.searches(), options.shardTls()));
        KnownCollections collections = new KnownCollections(catalogue);
        AppliedWait wait = new AppliedWait(shards, ends);
        List<Route> routes = new ArrayList<>();
        TextVectors texts = new TextVectors(options.embedders());
        Definitions definitions = Definitions.in(writer, texts);
        routes.addAll(new SchemaEndpoints(definitions).routes());
        Writes writes =
                new Writes(
                        points,
                        new PointVectors(texts, options.limits().inFlightBytes()),
                        wait,
                        new FilterDeletion(new Scroller(shards, ends, wait), points),
                        metrics::accepted);
        routes.addAll(new PointEndpoints(collections, writes, options.limits()).routes());
        CallThreads threads = keep(opened, new CallThreads());
        Calls calls = new Calls(admission, options.limits(), threads.writing());
        List<BindableService> services = new ArrayList<>();
        services.add(new WriteService(collections, writes, calls));
        Reads reads =
                new Reads(
                        collections,
                        texts,
                        shards,
                        ends,
                        wait,
                        metrics,
                        new Readiness(collections, shards));
        addReads(reads, definitions, calls, routes, services);
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
        return new GatewayParts(opened, metrics, routes, services, threads, reads.readiness);
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
                        new GatewayMetrics(() -> source.catalogue().current().size(), admission));
        Shards shards =
                keep(opened, Shards.open(directory, admission.searches(), options.shardTls()));
        LogEnds ends = LogEnds.fixed(source.logEnds());
        List<Route> routes = new ArrayList<>(new ReadOnlyEndpoints(source.why()).routes());
        CallThreads threads = keep(opened, new CallThreads());
        Calls calls = new Calls(admission, options.limits(), threads.writing());
        List<BindableService> services = new ArrayList<>();
        services.add(new RefusedWrites(source.why()));
        KnownCollections collections = new KnownCollections(source.catalogue());
        Reads reads =
                new Reads(
                        collections,
                        new TextVectors(options.embedders()),
                        shards,
                        ends,
                        new AppliedWait(shards, ends),
                        metrics,
                        new Readiness(collections, shards));
        addReads(reads, Definitions.refusing(source.why()), calls, routes, services);
        return new GatewayParts(opened, metrics, routes, services, threads, reads.readiness);
    }

    /** What reading takes. */
    private record Reads(
            KnownCollections collections,
            TextVectors texts,
            Shards shards,
            LogEnds ends,
            AppliedWait applied,
            GatewayMetrics metrics,
            Readiness readiness) {}

    private static void addReads(
            Reads reads,
            Definitions definitions,
            Calls calls,
            List<Route> routes,
            List<BindableService> services) {
        Limits limits = calls.limits();
        KnownCollections collections = reads.collections;
        Shards shards = reads.shards;
        LogEnds ends = reads.ends;
        AppliedWait wait = reads.applied;
        GatewayMetrics metrics = reads.metrics;
        Descriptions descriptions = new Descriptions(collections, shards, ends, limits.timeoutMs());
        routes.addAll(new CollectionEndpoints(descriptions).routes());
        services.add(new CollectionService(definitions, descriptions, calls));
        Searches searches =
                new Searches(reads.texts, shards, ends, wait, metrics::search, metrics::recall);
        routes.addAll(new SearchEndpoints(collections, searches, limits).routes());
        routes.addAll(new HybridEndpoints(collections, searches, limits).routes());
        Scroller scroller = new Scroller(shards, ends, wait);
        routes.addAll(new ScrollEndpoints(collections, scroller, limits).routes());
        Lookup lookup = new Lookup(shards, ends, wait);
        routes.addAll(new LookupEndpoints(collections, lookup, limits).routes());
        services.add(new QueryService(collections, searches, lookup, scroller, calls));
        routes.addAll(
                new OperationEndpoints(collections, shards, ends, metrics, reads.readiness)
                        .routes());
        routes.addAll(new ConsoleEndpoints().routes());
    }

    private static <T extends AutoCloseable> T keep(Deque<AutoCloseable> opened, T part) {
        opened.push(part);
        return part;
    }

    List<Route> routes() {
        return routes;
    }

    /** The same operations as gRPC has them. */
    List<BindableService> services() {
        return services;
    }

    CallThreads callThreads() {
        return callThreads;
    }

    Readiness readiness() {
        return readiness;
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
