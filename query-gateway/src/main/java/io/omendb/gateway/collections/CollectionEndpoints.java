package io.omendb.gateway.collections;

import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import io.omendb.gateway.access.Need;
import io.omendb.gateway.http.Answers;
import io.omendb.gateway.http.Call;
import io.omendb.gateway.http.Route;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Which collections there are, and how they are. */
public final class CollectionEndpoints {
    private final Descriptions descriptions;

    public CollectionEndpoints(Descriptions descriptions) {
        this.descriptions = descriptions;
    }

    public List<Route> routes() {
        return List.of(
                Route.quick(HttpMethod.GET, "/collections/{c}", Need.SEE, this::describe),
                Route.quick(HttpMethod.GET, "/collections", Need.KEY, this::list));
    }

    private CompletableFuture<HttpResponse> describe(Call call) {
        call.allowQuery();
        return descriptions
                .of(call.path("c"), call.asked(), call.blocking())
                .thenApply(json -> Answers.of(HttpStatus.OK, json));
    }

    private CompletableFuture<HttpResponse> list(Call call) {
        call.allowQuery();
        return descriptions
                .all(call.asked(), call.caller())
                .thenApply(json -> Answers.of(HttpStatus.OK, json));
    }
}
