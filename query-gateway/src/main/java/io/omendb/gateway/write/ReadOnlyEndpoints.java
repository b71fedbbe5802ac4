package io.omendb.gateway.write;

import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpResponse;
import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.gateway.access.Need;
import io.omendb.gateway.http.Call;
import io.omendb.gateway.http.Route;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Where everything that writes is, in a gateway that does not. */
public final class ReadOnlyEndpoints {
    private final String why;

    /**
     * Routes that refuse.
     *
     * @param why what is told: where to write instead
     */
    public ReadOnlyEndpoints(String why) {
        this.why = why;
    }

    public List<Route> routes() {
        return List.of(
                Route.quick(HttpMethod.PUT, "/collections/{c}", Need.MANAGE, this::refuse),
                Route.quick(HttpMethod.DELETE, "/collections/{c}", Need.MANAGE, this::refuse),
                Route.quick(HttpMethod.POST, "/collections/{c}/points", Need.WRITE, this::refuse),
                Route.quick(HttpMethod.PATCH, "/collections/{c}/points", Need.WRITE, this::refuse),
                Route.quick(
                        HttpMethod.PATCH, "/collections/{c}/points/{id}", Need.WRITE, this::refuse),
                Route.quick(
                        HttpMethod.DELETE,
                        "/collections/{c}/points/{id}",
                        Need.WRITE,
                        this::refuse),
                Route.quick(
                        HttpMethod.POST,
                        "/collections/{c}/points/delete",
                        Need.WRITE,
                        this::refuse));
    }

    private CompletableFuture<HttpResponse> refuse(Call call) {
        throw new OmenException(ErrorCode.FORBIDDEN, why);
    }
}
