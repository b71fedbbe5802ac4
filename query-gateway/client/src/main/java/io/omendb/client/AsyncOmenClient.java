package io.omendb.client;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.omendb.client.collection.CollectionInfo;
import io.omendb.client.collection.CollectionSchema;
import io.omendb.client.collection.CollectionSizes;
import io.omendb.client.collection.CollectionSpec;
import io.omendb.client.collection.CollectionSummary;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * The calls of {@link OmenClient}, answered by futures. These fail with {@link
 * OmenClientException}; cancelling one gives its call up. What depends on them runs on the client's
 * threads unless it is given an executor.
 */
public final class AsyncOmenClient {
    private final Transport transport;

    AsyncOmenClient(Transport transport) {
        this.transport = transport;
    }

    /** A collection by its name; the server is not asked whether it exists. */
    public AsyncOmenCollection collection(String name) {
        return new AsyncOmenCollection(transport, name);
    }

    /**
     * Makes a collection, or finds the same one.
     *
     * @return the collection as it is stored; fails with 409 where another one has the name
     */
    public CompletableFuture<CollectionSchema> createCollection(String name, CollectionSpec spec) {
        return transport.send(
                new Call<>(
                        "PUT",
                        Paths.collection(name),
                        Json.write(spec),
                        true,
                        null,
                        body -> Json.read(body, CollectionSchema.class)));
    }

    /** What a collection is and how much it holds; fails with 404 where there is none. */
    public CompletableFuture<CollectionInfo> describeCollection(String name) {
        return transport.send(
                new Call<>(
                        "GET",
                        Paths.collection(name),
                        null,
                        true,
                        null,
                        body ->
                                new CollectionInfo(
                                        Json.read(body, CollectionSchema.class),
                                        Json.read(body, CollectionSizes.class))));
    }

    public CompletableFuture<List<CollectionSummary>> listCollections() {
        return transport.send(
                new Call<>(
                        "GET",
                        Paths.COLLECTIONS,
                        null,
                        true,
                        null,
                        body -> Json.read(body, Listed.class).collections()));
    }

    /**
     * Drops a collection and its points.
     *
     * @return its name; fails with 404 where there is none. Where it fails without an answer, the
     *     collection may be gone
     */
    public CompletableFuture<String> dropCollection(String name) {
        return transport.send(
                new Call<>("DELETE", Paths.collection(name), null, false, null, body -> name));
    }

    void close() {
        transport.close();
    }

    /** {@code {"collections": […]}}. */
    record Listed(@JsonProperty(required = true) List<CollectionSummary> collections) {
        Listed {
            collections = List.copyOf(collections);
        }
    }
}
