package io.omendb.gateway.collections;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import io.omendb.OmenException;
import io.omendb.gateway.http.Answers;
import io.omendb.gateway.http.Call;
import io.omendb.gateway.http.Route;
import io.omendb.protocol.catalogue.CatalogueWriter;
import io.omendb.protocol.catalogue.CatalogueWriter.CreateResult;
import io.omendb.schema.CollectionDefinition;
import io.omendb.schema.CollectionSchema;
import io.omendb.schema.SchemaJson;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Collections are made and dropped. */
public final class SchemaEndpoints {
    private final CatalogueWriter writer;

    public SchemaEndpoints(CatalogueWriter writer) {
        this.writer = writer;
    }

    public List<Route> routes() {
        return List.of(
                Route.blocking(HttpMethod.PUT, "/collections/{c}", this::create),
                Route.blocking(HttpMethod.DELETE, "/collections/{c}", this::drop));
    }

    private CompletableFuture<HttpResponse> create(Call call) throws InterruptedException {
        call.allowQuery();
        CollectionSchema schema = SchemaJson.read(call.path("c"), call.body());
        refuseWhatNothingDoesYet(schema);
        CreateResult result = writer.create(schema);
        return CompletableFuture.completedFuture(
                Answers.of(
                        result.created() ? HttpStatus.CREATED : HttpStatus.OK,
                        SchemaJson.write(result.definition())));
    }

    /** A promise that is stored and not kept is worse than a refusal. */
    private static void refuseWhatNothingDoesYet(CollectionSchema schema) {
        if (schema.ttlSeconds() != null) {
            throw OmenException.invalid(
                    "ttl_seconds: found "
                            + schema.ttlSeconds()
                            + ", expected null: rows do not expire yet");
        }
    }

    private CompletableFuture<HttpResponse> drop(Call call) throws InterruptedException {
        call.allowQuery();
        CollectionDefinition dropped = writer.drop(call.path("c"));
        ObjectNode json = JsonNodeFactory.instance.objectNode().put("dropped", dropped.name());
        return CompletableFuture.completedFuture(Answers.of(HttpStatus.ACCEPTED, json));
    }
}
