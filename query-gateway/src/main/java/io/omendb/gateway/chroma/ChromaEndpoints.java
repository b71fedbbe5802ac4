package io.omendb.gateway.chroma;

import io.omendb.gateway.collections.KnownCollections;
import io.omendb.gateway.freshness.AppliedWait;
import io.omendb.gateway.freshness.LogEnds;
import io.omendb.gateway.http.Limits;
import io.omendb.gateway.http.Route;
import io.omendb.gateway.shards.Shards;
import io.omendb.gateway.write.PointWriter;
import io.omendb.protocol.catalogue.CatalogueWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.IntConsumer;

/**
 * All routes of Chroma's interface, the log that its collections are kept in, and the threads that
 * its requests are worked on by.
 */
public final class ChromaEndpoints implements AutoCloseable {
    private final RegistryLog log;
    private final ChromaThreads threads;
    private final List<Route> routes;

    private ChromaEndpoints(RegistryLog log, ChromaThreads threads, List<Route> routes) {
        this.log = log;
        this.threads = threads;
        this.routes = routes;
    }

    /**
     * Puts the routes together; Kafka is not asked before the first request.
     *
     * @param accepted hears of the points of each request that was acknowledged
     */
    public static ChromaEndpoints open(
            Map<String, Object> kafka,
            KnownCollections catalogue,
            CatalogueWriter writer,
            PointWriter points,
            Shards shards,
            LogEnds ends,
            Limits limits,
            IntConsumer accepted) {
        RegistryLog log = new RegistryLog(kafka);
        ChromaCollections collections = new ChromaCollections(log, catalogue, writer);
        RecordReader reader = new RecordReader(shards, ends, new AppliedWait(shards, ends));
        List<Route> routes = new ArrayList<>();
        routes.addAll(new SystemRoutes(catalogue, shards, limits.batchPoints()).routes());
        routes.addAll(new DatabaseRoutes(collections).routes());
        routes.addAll(new CollectionRoutes(collections).routes());
        routes.addAll(
                new RecordRoutes(
                                collections,
                                reader,
                                new RecordWriter(reader, points, accepted),
                                limits)
                        .routes());
        ChromaThreads threads = ChromaThreads.open();
        return new ChromaEndpoints(log, threads, routes.stream().map(threads::working).toList());
    }

    public List<Route> routes() {
        return routes;
    }

    @Override
    public void close() {
        threads.close();
        log.close();
    }
}
