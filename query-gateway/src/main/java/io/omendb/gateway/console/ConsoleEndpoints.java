package io.omendb.gateway.console;

import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpResponse;
import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.gateway.access.Need;
import io.omendb.gateway.http.Call;
import io.omendb.gateway.http.Route;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * The routes of the console. They are open, because an operator looks at it when the gateway is
 * overloaded, and they hold every file in memory.
 */
public final class ConsoleEndpoints {
    private final StaticFile page;
    private final Map<String, StaticFile> files;

    public ConsoleEndpoints() {
        page = ConsoleFiles.page();
        files = ConsoleFiles.load();
    }

    public List<Route> routes() {
        return List.of(
                Route.open(HttpMethod.GET, "/", Need.NOTHING, call -> answer(page, call)),
                Route.open(HttpMethod.GET, "/console/{file}", Need.NOTHING, this::file));
    }

    /** Only names that were loaded are answered, so no path leads anywhere else. */
    private CompletableFuture<HttpResponse> file(Call call) {
        StaticFile file = files.get(call.path("file"));
        if (file == null) {
            throw new OmenException(
                    ErrorCode.NOT_FOUND, "The console has no file " + call.path("file") + ".");
        }
        return answer(file, call);
    }

    private static CompletableFuture<HttpResponse> answer(StaticFile file, Call call) {
        return CompletableFuture.completedFuture(file.answer(call.headers()));
    }
}
