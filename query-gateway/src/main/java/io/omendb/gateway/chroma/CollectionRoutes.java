package io.omendb.gateway.chroma;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import io.omendb.gateway.access.Need;
import io.omendb.gateway.http.Answers;
import io.omendb.gateway.http.Call;
import io.omendb.gateway.http.Route;
import java.util.List;

/** The routes of collections. Where a path names one, its name and its id both do. */
final class CollectionRoutes {
    private static final String COLLECTION = ChromaRoute.COLLECTIONS + "/{collection}";

    private final ChromaCollections collections;

    CollectionRoutes(ChromaCollections collections) {
        this.collections = collections;
    }

    List<Route> routes() {
        return List.of(
                ChromaRoute.of(HttpMethod.POST, ChromaRoute.COLLECTIONS, this::create),
                ChromaRoute.of(HttpMethod.GET, ChromaRoute.COLLECTIONS, this::list),
                ChromaRoute.of(
                        HttpMethod.GET,
                        ChromaRoute.DATABASES + "/{database}/collections_count",
                        this::count),
                ChromaRoute.of(HttpMethod.GET, COLLECTION, this::get),
                ChromaRoute.of(
                        HttpMethod.GET, ChromaRoute.COLLECTIONS + "/by-id/{collection}", this::get),
                ChromaRoute.of(
                        HttpMethod.GET, ChromaRoute.ROOT + "/collections/{crn}", this::getByCrn),
                ChromaRoute.of(HttpMethod.PUT, COLLECTION, this::update),
                ChromaRoute.of(HttpMethod.DELETE, COLLECTION, this::delete));
    }

    private HttpResponse create(Call call) throws InterruptedException {
        CreateCollection asked = CreateCollection.read(DatabaseName.of(call), call.body());
        return Answers.of(HttpStatus.OK, collections.create(asked, call.caller()).json());
    }

    private HttpResponse list(Call call) throws InterruptedException {
        ArrayNode list = JsonNodeFactory.instance.arrayNode();
        seen(call).stream()
                .skip(ChromaRoute.whole(call, "offset", 0))
                .limit(ChromaRoute.whole(call, "limit", Integer.MAX_VALUE))
                .forEach(each -> list.add(each.json()));
        return Answers.of(HttpStatus.OK, list);
    }

    private List<ChromaCollection> seen(Call call) throws InterruptedException {
        return collections.all(DatabaseName.of(call)).stream()
                .filter(each -> call.caller().sees(each.entry().name().stored()))
                .toList();
    }

    private HttpResponse count(Call call) throws InterruptedException {
        return Answers.of(HttpStatus.OK, JsonNodeFactory.instance.numberNode(seen(call).size()));
    }

    private HttpResponse get(Call call) throws InterruptedException {
        return Answers.of(HttpStatus.OK, required(call, Need.SEE).json());
    }

    /** A name of three parts: {@code tenant:database:collection}. */
    private HttpResponse getByCrn(Call call) throws InterruptedException {
        String[] parts = call.path("crn").split(":", 3);
        if (parts.length != 3) {
            throw ChromaException.invalid(
                    "Expected tenant:database:collection, found " + call.path("crn"));
        }
        return Answers.of(
                HttpStatus.OK,
                collections
                        .require(
                                new DatabaseName(parts[0], parts[1]),
                                parts[2],
                                call.caller(),
                                Need.SEE)
                        .json());
    }

    private HttpResponse update(Call call) throws InterruptedException {
        collections.update(
                required(call, Need.MANAGE), UpdateCollection.read(call.body()), call.caller());
        return Answers.of(HttpStatus.OK, JsonNodeFactory.instance.objectNode());
    }

    private HttpResponse delete(Call call) throws InterruptedException {
        collections.delete(required(call, Need.MANAGE));
        return Answers.of(HttpStatus.OK, JsonNodeFactory.instance.objectNode());
    }

    private ChromaCollection required(Call call, Need need) throws InterruptedException {
        return collections.require(
                DatabaseName.of(call), call.path("collection"), call.caller(), need);
    }
}
