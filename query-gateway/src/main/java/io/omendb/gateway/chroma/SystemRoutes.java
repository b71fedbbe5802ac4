package io.omendb.gateway.chroma;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import io.omendb.gateway.access.Need;
import io.omendb.gateway.collections.KnownCollections;
import io.omendb.gateway.http.Answers;
import io.omendb.gateway.http.Call;
import io.omendb.gateway.http.Route;
import io.omendb.gateway.shards.Shards;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** What a client asks of the server itself. */
final class SystemRoutes {
    /** Of the interface that is spoken, which clients look at. */
    private static final String VERSION = "1.0.0";

    private final KnownCollections collections;
    private final Shards shards;
    private final int batchMax;

    SystemRoutes(KnownCollections collections, Shards shards, int batchMax) {
        this.collections = collections;
        this.shards = shards;
        this.batchMax = batchMax;
    }

    List<Route> routes() {
        return List.of(
                ChromaRoute.probe(
                        HttpMethod.GET, ChromaRoute.ROOT, Need.NOTHING, call -> heartbeat()),
                ChromaRoute.probe(
                        HttpMethod.GET,
                        ChromaRoute.ROOT + "/heartbeat",
                        Need.NOTHING,
                        call -> heartbeat()),
                ChromaRoute.probe(
                        HttpMethod.GET,
                        ChromaRoute.ROOT + "/healthcheck",
                        Need.NOTHING,
                        call -> health()),
                ChromaRoute.probe(
                        HttpMethod.GET,
                        ChromaRoute.ROOT + "/version",
                        Need.NOTHING,
                        call ->
                                Answers.of(
                                        HttpStatus.OK, JsonNodeFactory.instance.textNode(VERSION))),
                ChromaRoute.probe(
                        HttpMethod.GET,
                        ChromaRoute.ROOT + "/pre-flight-checks",
                        Need.NOTHING,
                        call -> preFlight()),
                ChromaRoute.probe(
                        HttpMethod.GET,
                        ChromaRoute.ROOT + "/auth/identity",
                        Need.KEY,
                        SystemRoutes::identity),
                ChromaRoute.of(
                        HttpMethod.POST,
                        ChromaRoute.ROOT + "/reset",
                        Need.MANAGE_ALL,
                        this::reset));
    }

    private static HttpResponse heartbeat() {
        long nanos = TimeUnit.MILLISECONDS.toNanos(System.currentTimeMillis());
        return Answers.of(HttpStatus.OK, object().put("nanosecond heartbeat", nanos));
    }

    private HttpResponse health() {
        boolean log = collections.areReachable();
        boolean executor = shards.areComplete();
        return Answers.of(
                log && executor ? HttpStatus.OK : HttpStatus.SERVICE_UNAVAILABLE,
                object().put("is_executor_ready", executor).put("is_log_client_ready", log));
    }

    private HttpResponse preFlight() {
        return Answers.of(
                HttpStatus.OK,
                object().put("max_batch_size", batchMax).put("supports_base64_encoding", true));
    }

    private static HttpResponse identity(Call call) {
        ObjectNode json =
                object().put("user_id", call.caller().name())
                        .put("tenant", DatabaseName.DEFAULT.tenant());
        json.putArray("databases").add(DatabaseName.DEFAULT.database());
        return Answers.of(HttpStatus.OK, json);
    }

    private HttpResponse reset(Call call) {
        throw ChromaException.forbidden(
                "Reset is refused: it would drop every collection, those of OmenDB's own API as"
                        + " well. Delete collections one by one.");
    }

    private static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }
}
