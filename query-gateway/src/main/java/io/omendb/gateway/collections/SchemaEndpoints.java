package io.omendb.gateway.collections;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import io.omendb.gateway.access.Need;
import io.omendb.gateway.http.Answers;
import io.omendb.gateway.http.Call;
import io.omendb.gateway.http.Route;
import io.omendb.protocol.catalogue.CatalogueWriter.CreateResult;
import io.omendb.schema.CollectionDefinition;
import io.omendb.schema.SchemaJson;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Collections are made and dropped. */
public final class SchemaEndpoints {
    private final Definitions definitions;

    public SchemaEndpoints(Definitions definitions) {
        this.definitions = definitions;
    }

    public List<Route> routes() {
        return List.of(
                Route.blocking(HttpMethod.PUT, "/collections/{c}", Need.MANAGE, this::create),
                Route.blocking(HttpMethod.DELETE, "/collections/{c}", Need.MANAGE, this::drop));
    }

    private CompletableFuture<HttpResponse> create(Call call) throws InterruptedException {
        call.allowQuery();
        CreateResult result = definitions.create(call.path("c"), call.body());
        return CompletableFuture.completedFuture(
                Answers.of(
                        result.created() ? HttpStatus.CREATED : HttpStatus.OK,
                        SchemaJson.write(result.definition())));
    }

    private CompletableFuture<HttpResponse> drop(Call call) throws InterruptedException {
        call.allowQuery();
        CollectionDefinition dropped = definitions.drop(call.path("c"));
        ObjectNode json = JsonNodeFactory.instance.objectNode().put("dropped", dropped.name());
        return CompletableFuture.completedFuture(Answers.of(HttpStatus.ACCEPTED, json));
    }
}
