package io.omendb.gateway.collections;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.grpc.stub.StreamObserver;
import io.omendb.gateway.access.Need;
import io.omendb.gateway.grpc.Calls;
import io.omendb.protocol.catalogue.CatalogueWriter.CreateResult;
import io.omendb.record.StrictJson;
import io.omendb.schema.SchemaJson;
import io.omendb.v1.Collection;
import io.omendb.v1.CollectionServiceGrpc;
import io.omendb.v1.CreateCollectionRequest;
import io.omendb.v1.CreateCollectionResponse;
import io.omendb.v1.DropCollectionRequest;
import io.omendb.v1.DropCollectionResponse;
import io.omendb.v1.GetCollectionRequest;
import io.omendb.v1.ListCollectionsRequest;
import io.omendb.v1.ListCollectionsResponse;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;

/** The calls that make, drop and describe collections. */
public final class CollectionService extends CollectionServiceGrpc.CollectionServiceImplBase {
    private final Definitions definitions;
    private final Descriptions descriptions;
    private final Calls calls;

    public CollectionService(Definitions definitions, Descriptions descriptions, Calls calls) {
        this.definitions = definitions;
        this.descriptions = descriptions;
        this.calls = calls;
    }

    @Override
    public void createCollection(
            CreateCollectionRequest request, StreamObserver<CreateCollectionResponse> out) {
        calls.unary(
                request,
                out,
                Need.MANAGE,
                request.getCollection(),
                asked -> {
                    CreateResult result =
                            definitions.create(request.getCollection(), schema(request));
                    return CompletableFuture.completedFuture(
                            CreateCollectionResponse.newBuilder()
                                    .setCreated(result.created())
                                    .setCollection(message(SchemaJson.write(result.definition())))
                                    .build());
                });
    }

    /** As HTTP has it, so that there is one reader of schemas. */
    private static byte[] schema(CreateCollectionRequest request) {
        ObjectNode schema =
                request.getOptionsJson().isEmpty()
                        ? JsonNodeFactory.instance.objectNode()
                        : StrictJson.object(
                                request.getOptionsJson().getBytes(StandardCharsets.UTF_8),
                                "options_json");
        schema.put("dimension", request.getDimension());
        schema.put("metric", request.getMetric());
        if (request.getFieldsCount() > 0) {
            JsonNode others = schema.path("fields");
            if (others.isMissingNode() || others.isNull()) {
                others = schema.putObject("fields");
            }
            if (!(others instanceof ObjectNode fields)) {
                throw StrictJson.unexpected(others, "options_json.fields", "an object");
            }
            request.getFieldsMap().forEach(fields::put);
        }
        if (request.hasPartitions()) {
            schema.put("partitions", request.getPartitions());
        }
        return schema.toString().getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public void getCollection(GetCollectionRequest request, StreamObserver<Collection> out) {
        calls.unary(
                request,
                out,
                Need.SEE,
                request.getCollection(),
                asked ->
                        descriptions
                                .of(request.getCollection(), asked, calls.blocking())
                                .thenApply(CollectionService::message));
    }

    @Override
    public void listCollections(
            ListCollectionsRequest request, StreamObserver<ListCollectionsResponse> out) {
        calls.unary(
                request,
                out,
                Need.KEY,
                null,
                asked ->
                        descriptions.all(asked, Calls.caller()).thenApply(CollectionService::list));
    }

    private static ListCollectionsResponse list(ObjectNode all) {
        ListCollectionsResponse.Builder response = ListCollectionsResponse.newBuilder();
        for (JsonNode one : all.path("collections")) {
            response.addCollections(message(one).toBuilder().clearDetailsJson());
        }
        return response.build();
    }

    @Override
    public void dropCollection(
            DropCollectionRequest request, StreamObserver<DropCollectionResponse> out) {
        calls.unary(
                request,
                out,
                Need.MANAGE,
                request.getCollection(),
                asked -> {
                    definitions.drop(request.getCollection());
                    return CompletableFuture.completedFuture(
                            DropCollectionResponse.getDefaultInstance());
                });
    }

    private static Collection message(JsonNode json) {
        Collection.Builder message =
                Collection.newBuilder()
                        .setName(json.path("name").asText())
                        .setDimension(json.path("dimension").asInt())
                        .setMetric(json.path("metric").asText())
                        .setDetailsJson(json.toString());
        if (json.path("vectors").isNumber()) {
            message.setVectors(json.path("vectors").asLong());
        }
        return message.build();
    }
}
