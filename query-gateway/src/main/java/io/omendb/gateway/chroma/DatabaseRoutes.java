package io.omendb.gateway.chroma;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import io.omendb.gateway.access.Need;
import io.omendb.gateway.http.Answers;
import io.omendb.gateway.http.Call;
import io.omendb.gateway.http.Route;
import io.omendb.record.StrictJson;
import java.util.List;

/** The routes of tenants and databases. */
final class DatabaseRoutes {
    private static final String TENANTS = ChromaRoute.ROOT + "/tenants";

    private final ChromaCollections collections;
    private final RegistryLog log;

    DatabaseRoutes(ChromaCollections collections) {
        this.collections = collections;
        this.log = collections.log();
    }

    List<Route> routes() {
        return List.of(
                ChromaRoute.of(HttpMethod.POST, TENANTS, Need.MANAGE_ALL, this::createTenant),
                ChromaRoute.of(HttpMethod.GET, TENANTS + "/{tenant}", this::tenant),
                ChromaRoute.of(
                        HttpMethod.POST, ChromaRoute.DATABASES, Need.MANAGE_ALL, this::create),
                ChromaRoute.of(HttpMethod.GET, ChromaRoute.DATABASES, this::list),
                ChromaRoute.of(HttpMethod.GET, ChromaRoute.DATABASES + "/{database}", this::get),
                ChromaRoute.of(
                        HttpMethod.DELETE,
                        ChromaRoute.DATABASES + "/{database}",
                        Need.MANAGE_ALL,
                        this::delete));
    }

    private HttpResponse createTenant(Call call) throws InterruptedException {
        String name = name(call);
        if (log.newest().hasTenant(name)) {
            throw ChromaException.exists("Tenant [" + name + "] already exists");
        }
        Registry unused =
                log.write(
                        Registry.tenantKey(name),
                        JsonNodeFactory.instance.objectNode().put("tenant", name));
        return done();
    }

    private HttpResponse tenant(Call call) throws InterruptedException {
        String name = call.path("tenant");
        checkTenant(log.newest(), name);
        return Answers.of(
                HttpStatus.OK,
                JsonNodeFactory.instance.objectNode().put("name", name).putNull("resource_name"));
    }

    private HttpResponse create(Call call) throws InterruptedException {
        DatabaseName database = new DatabaseName(call.path("tenant"), name(call));
        Registry registry = log.newest();
        checkTenant(registry, database.tenant());
        if (registry.hasDatabase(database)) {
            throw ChromaException.exists("Database [" + database.database() + "] already exists");
        }
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("tenant", database.tenant()).put("database", database.database());
        Registry unused = log.write(Registry.key(database), json);
        return done();
    }

    private HttpResponse list(Call call) throws InterruptedException {
        String tenant = call.path("tenant");
        ArrayNode list = JsonNodeFactory.instance.arrayNode();
        log.newest().databases(tenant).stream()
                .skip(ChromaRoute.whole(call, "offset", 0))
                .limit(ChromaRoute.whole(call, "limit", Integer.MAX_VALUE))
                .forEach(name -> list.add(json(new DatabaseName(tenant, name))));
        return Answers.of(HttpStatus.OK, list);
    }

    private HttpResponse get(Call call) throws InterruptedException {
        return Answers.of(HttpStatus.OK, json(required(call)));
    }

    /** Its collections go with it, as they do in Chroma. */
    private HttpResponse delete(Call call) throws InterruptedException {
        DatabaseName database = required(call);
        if (database.isDefault()) {
            throw ChromaException.forbidden(
                    "The default database holds the collections of OmenDB's own API; delete"
                            + " collections one by one.");
        }
        for (ChromaCollection each : List.copyOf(collections.all(database))) {
            collections.delete(each);
        }
        Registry unused = log.write(Registry.key(database), null);
        return done();
    }

    private DatabaseName required(Call call) throws InterruptedException {
        DatabaseName database = DatabaseName.of(call);
        if (!log.newest().hasDatabase(database)) {
            throw ChromaException.notFound(
                    "Database ["
                            + database.database()
                            + "] does not exist in tenant ["
                            + database.tenant()
                            + "]");
        }
        return database;
    }

    private static void checkTenant(Registry registry, String name) {
        if (!registry.hasTenant(name)) {
            throw ChromaException.notFound("Tenant [" + name + "] does not exist");
        }
    }

    private static String name(Call call) {
        String name = StrictJson.object(call.body(), "body").path("name").textValue();
        if (name == null || name.length() < 3) {
            throw ChromaException.invalid("name: expected a string of at least 3 characters");
        }
        return name;
    }

    private static ObjectNode json(DatabaseName database) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("id", Registry.id(database).toString())
                .put("name", database.database())
                .put("tenant", database.tenant());
    }

    private static HttpResponse done() {
        return Answers.of(HttpStatus.OK, JsonNodeFactory.instance.objectNode());
    }
}
