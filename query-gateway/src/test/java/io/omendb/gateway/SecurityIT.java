package io.omendb.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.protobuf.ProtoMethodDescriptorSupplier;
import io.grpc.stub.ClientCalls;
import io.omendb.gateway.SecuredGateway.Reply;
import io.omendb.gateway.access.KeyFileEditor;
import io.omendb.gateway.access.Need;
import io.omendb.gateway.access.Permission;
import io.omendb.gateway.http.Admission;
import io.omendb.gateway.http.Route;
import io.omendb.protocol.ErrorTrailers;
import io.omendb.v1.CollectionServiceGrpc;
import io.omendb.v1.ListCollectionsRequest;
import io.omendb.v1.QueryServiceGrpc;
import io.omendb.v1.SearchRequest;
import io.omendb.v1.WriteServiceGrpc;
import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.net.ssl.SSLHandshakeException;
import org.apache.logging.log4j.Level;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Keys and TLS, as clients with and without them find the gateway. */
@ExtendWith(SharedBroker.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SecurityIT {
    private static final String CHROMA =
            "/api/v2/tenants/default_tenant/databases/default_database";

    /** Open to everybody: they say nothing of what is stored. */
    private static final Set<String> OPEN =
            Set.of(
                    "GET /",
                    "GET /console/{file}",
                    "GET /health/live",
                    "GET /health/ready",
                    "GET /openapi.json",
                    "GET /api/v2",
                    "GET /api/v2/healthcheck",
                    "GET /api/v2/heartbeat",
                    "GET /api/v2/pre-flight-checks",
                    "GET /api/v2/version");

    /** What a key that allows nothing with collections still gets an answer from. */
    private static final Set<String> FOR_ANY_KEY =
            Set.of(
                    "GET /collections",
                    "GET /metrics", // as it has `monitor`
                    "GET /api/v2/auth/identity",
                    "GET /api/v2/tenants/{tenant}",
                    "GET /api/v2/tenants/{tenant}/databases",
                    "GET /api/v2/tenants/{tenant}/databases/{database}",
                    "GET /api/v2/tenants/{tenant}/databases/{database}/collections",
                    "GET /api/v2/tenants/{tenant}/databases/{database}/collections_count",
                    // Not there at all, whoever asks.
                    "POST /api/v2/tenants/{tenant}/databases/{database}/collections/{collection}/fork",
                    "POST /api/v2/tenants/{tenant}/databases/{database}/collections/{collection}/search");

    private SharedBroker.Running broker;
    private SecuredGateway secured;
    private HttpClient http;
    private ManagedChannel channel;
    private List<Route> routes;

    @BeforeAll
    void start(SharedBroker.Running shared, @TempDir Path folder) throws Exception {
        broker = shared;
        secured = new SecuredGateway(shared, folder, false);
        http = secured.http("first");
        channel = secured.channel(null);
        secured.give("watcher", Set.of(Permission.MONITOR), "*");
        secured.give("shop", Set.of(Permission.READ, Permission.WRITE), "sec-shop", "sec-logs-*");
        secured.give("reader", Set.of(Permission.READ), "*");
        secured.give("builder", Set.of(Permission.MANAGE), "sec-*");
        for (String name : List.of("sec-shop", "sec-other")) {
            assertThat(put("root", name).status()).isEqualTo(201);
        }
        Await.until(
                "the gateway has read the keys",
                () -> send("watcher", "GET", "/metrics", "").status() == 200);
    }

    @AfterAll
    void stop() throws Exception {
        if (channel != null) {
            channel.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
        }
        if (secured != null) {
            secured.close();
        }
    }

    private Reply send(String key, String method, String path, String json) throws Exception {
        return secured.send(http, key, method, path, json);
    }

    private Reply put(String key, String collection) throws Exception {
        return send(key, "PUT", "/collections/" + collection, "{'dimension':2,'metric':'l2'}");
    }

    private List<Route> routes() {
        if (routes == null) {
            routes = read();
        }
        return routes;
    }

    private static List<Route> read() {
        try (GatewayParts parts =
                GatewayParts.open(
                        GatewayOptions.of("127.0.0.1:1"), new NoShards(), new Admission(1, 1))) {
            return parts.routes();
        }
    }

    private static String path(Route route) {
        return route.path()
                .replace("{tenant}", "default_tenant")
                .replace("{database}", "default_database")
                .replace("{crn}", "default_tenant:default_database:sec-shop")
                .replaceAll("\\{(c|collection)}", "sec-shop")
                .replaceAll("\\{.*?}", "x");
    }

    @Test
    void everyRoute_butWhatSaysNothing_wantsAKey() throws Exception {
        Set<String> open = new TreeSet<>();
        for (Route route : routes()) {
            String name = route.method() + " " + route.path();
            if (route.need() == Need.NOTHING) {
                open.add(name);
                continue;
            }
            Reply without = send(null, route.method().name(), path(route), "");
            assertThat(without.status()).as(name).isEqualTo(401);
            assertThat(without.header("www-authenticate")).isEqualTo("Bearer realm=\"omendb\"");
            if (route.path().startsWith("/api/v2")) {
                assertThat(without.json().path("error").asText()).isEqualTo("AuthorizationError");
            } else {
                assertThat(without.json().path("code").asText()).isEqualTo("UNAUTHENTICATED");
            }
        }
        assertThat(open).isEqualTo(new TreeSet<>(OPEN));
    }

    @Test
    void everyRoute_aboutCollections_isRefusedToAKeyThatIsNot() throws Exception {
        Set<String> allowed = new TreeSet<>();
        for (Route route : routes()) {
            String name = route.method() + " " + route.path();
            if (route.need() == Need.NOTHING) {
                continue;
            }
            Reply reply =
                    send("watcher", route.method().name(), path(route), "{'name':'sec-shop'}");
            if (reply.status() != 403) {
                allowed.add(name);
            }
        }
        assertThat(allowed).isEqualTo(new TreeSet<>(FOR_ANY_KEY));
        assertThat(send("watcher", "GET", "/collections", "").json().path("collections")).isEmpty();
        assertThat(send("watcher", "GET", CHROMA + "/collections", "").json()).isEmpty();
        assertThat(send("watcher", "GET", CHROMA + "/collections_count", "").json().asInt())
                .isZero();
    }

    @Test
    void key_worksForItsCollections_andSeesNoOthers() throws Exception {
        assertThat(
                        send(
                                        "shop",
                                        "POST",
                                        "/collections/sec-shop/points?wait=true",
                                        "{'points':[{'id':'a','vector':[1,0]}]}")
                                .status())
                .isEqualTo(200);
        JsonNode found =
                send("shop", "POST", "/collections/sec-shop/search", "{'vector':[1,0]}").json();
        assertThat(found.at("/hits/0/id").asText()).isEqualTo("a");
        assertThat(send("shop", "GET", "/collections/sec-shop", "").status()).isEqualTo(200);

        Reply other = send("shop", "POST", "/collections/sec-other/search", "{'vector':[1,0]}");
        assertThat(other.status()).isEqualTo(403);
        assertThat(other.json().path("code").asText()).isEqualTo("FORBIDDEN");
        assertThat(other.json().path("detail").asText())
                .isEqualTo("The API key shop is not for collection sec-other.");
        // Nor is it told whether there is one.
        assertThat(send("shop", "GET", "/collections/sec-none", "").status()).isEqualTo(403);
        assertThat(
                        send("shop", "DELETE", "/collections/sec-shop", "")
                                .json()
                                .path("detail")
                                .asText())
                .contains("found read, write, expected manage");
        assertThat(send("reader", "DELETE", "/collections/sec-shop/points/a", "").status())
                .isEqualTo(403);

        List<String> names = new ArrayList<>();
        send("shop", "GET", "/collections", "")
                .json()
                .path("collections")
                .forEach(each -> names.add(each.path("name").asText()));
        assertThat(names).contains("sec-shop").doesNotContain("sec-other");
    }

    @Test
    void chromaClients_mayHaveTheKeyWhereTheyHaveIt() throws Exception {
        var request =
                secured.request(null, "/api/v2/auth/identity")
                        .header("x-chroma-token", secured.key("shop"))
                        .build();
        var reply = http.send(request, java.net.http.HttpResponse.BodyHandlers.ofString());
        assertThat(reply.body()).contains("\"user_id\":\"shop\"");

        String create = "{'name':'%s','get_or_create':true}";
        assertThat(
                        send("shop", "POST", CHROMA + "/collections", create.formatted("sec-shop"))
                                .status())
                .isEqualTo(200);
        Reply foreign =
                send("shop", "POST", CHROMA + "/collections", create.formatted("sec-other"));
        assertThat(foreign.status()).isEqualTo(403);
        assertThat(foreign.json().path("error").asText()).isEqualTo("AuthorizationError");
        assertThat(
                        send(
                                        "shop",
                                        "POST",
                                        CHROMA + "/collections",
                                        create.formatted("sec-logs-1"))
                                .status())
                .isEqualTo(403);
        assertThat(
                        send(
                                        "builder",
                                        "POST",
                                        CHROMA + "/collections",
                                        create.formatted("sec-logs-1"))
                                .status())
                .isEqualTo(200);
        assertThat(
                        send(
                                        "shop",
                                        "POST",
                                        CHROMA + "/collections/sec-logs-1/add",
                                        "{'ids':['a'],'embeddings':[[1,0]]}")
                                .status())
                .isEqualTo(201);
        assertThat(
                        send(
                                        "builder",
                                        "PUT",
                                        CHROMA + "/collections/sec-logs-1",
                                        "{'new_name':'elsewhere'}")
                                .status())
                .isIn(403, 501);
        assertThat(
                        send(
                                        "builder",
                                        "POST",
                                        "/api/v2/tenants/default_tenant/databases",
                                        "{'name':'mine'}")
                                .json()
                                .path("message")
                                .asText())
                .contains("is for some collections");
    }

    @Test
    void key_thatIsTakenAway_endsWithinSeconds() throws Exception {
        secured.give("brief", Set.of(Permission.READ), "*");
        Await.until(
                "the key holds",
                () -> send("brief", "GET", "/collections/sec-shop", "").status() == 200);
        KeyFileEditor.remove(secured.keyFile, "brief");
        Await.until(
                "the key ends",
                () -> send("brief", "GET", "/collections/sec-shop", "").status() == 401);
    }

    @Test
    void accessLog_hasTheNameOfTheKey_notTheKey() throws Exception {
        try (LogLines lines = LogLines.open(Level.INFO)) {
            String id = UUID.randomUUID().toString();
            var request =
                    secured.request("shop", "/collections/sec-shop")
                            .header("x-request-id", id)
                            .build();
            assertThat(
                            http.send(request, java.net.http.HttpResponse.BodyHandlers.discarding())
                                    .statusCode())
                    .isEqualTo(200);
            Await.until("the line is there", () -> lines.of(id).isPresent());
            JsonNode line = lines.of(id).orElseThrow();
            assertThat(line.path("key").asText()).isEqualTo("shop");
            assertThat(line.path("protocol").asText()).isIn("https", "h2");
            assertThat(line.toString()).doesNotContain(secured.key("shop"));
        }
    }

    private Channel as(String key) {
        return ClientInterceptors.intercept(channel, secured.bearer(secured.key(key)));
    }

    private static List<MethodDescriptor<?, ?>> methods() {
        return Stream.of(
                        QueryServiceGrpc.getServiceDescriptor(),
                        WriteServiceGrpc.getServiceDescriptor(),
                        CollectionServiceGrpc.getServiceDescriptor())
                .<MethodDescriptor<?, ?>>flatMap(service -> service.getMethods().stream())
                .toList();
    }

    /** Sends one message that says nothing but the collection, where the method has one. */
    private static <Q, A> Status.Code call(Channel channel, MethodDescriptor<Q, A> method) {
        ProtoMethodDescriptorSupplier schema =
                (ProtoMethodDescriptorSupplier) method.getSchemaDescriptor();
        var type = schema.getMethodDescriptor().getInputType();
        var message = com.google.protobuf.DynamicMessage.newBuilder(type);
        var field = type.findFieldByName("collection");
        if (field != null) {
            message.setField(field, "sec-shop");
        }
        Q request = method.parseRequest(message.build().toByteString().newInput());
        CallOptions options = CallOptions.DEFAULT.withDeadlineAfter(30, TimeUnit.SECONDS);
        try {
            if (method.getType() == MethodDescriptor.MethodType.BIDI_STREAMING) {
                var answers = new java.util.concurrent.LinkedBlockingQueue<Object>();
                var requests =
                        ClientCalls.asyncBidiStreamingCall(
                                channel.newCall(method, options), observer(answers));
                requests.onNext(request);
                requests.onCompleted();
                Object answer = answers.take();
                if (answer instanceof StatusRuntimeException refused) {
                    throw refused;
                }
                return Status.Code.OK;
            }
            Iterator<A> answers =
                    ClientCalls.blockingServerStreamingCall(channel, method, options, request);
            while (answers.hasNext()) {
                answers.next();
            }
            return Status.Code.OK;
        } catch (StatusRuntimeException e) {
            return e.getStatus().getCode();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static <A> io.grpc.stub.StreamObserver<A> observer(java.util.Queue<Object> answers) {
        return new io.grpc.stub.StreamObserver<>() {
            @Override
            public void onNext(A answer) {
                answers.add(answer);
            }

            @Override
            public void onError(Throwable refused) {
                answers.add(refused);
            }

            @Override
            public void onCompleted() {
                answers.add("end");
            }
        };
    }

    @Test
    void everyCall_wantsAKeyThatAllowsIt() {
        Channel unknown = ClientInterceptors.intercept(channel, secured.bearer("omen_unknown"));
        for (MethodDescriptor<?, ?> method : methods()) {
            String name = method.getFullMethodName();
            assertThat(call(channel, method)).as(name).isEqualTo(Status.Code.UNAUTHENTICATED);
            assertThat(call(unknown, method)).as(name).isEqualTo(Status.Code.UNAUTHENTICATED);
            assertThat(call(as("watcher"), method))
                    .as(name)
                    .isEqualTo(
                            name.endsWith("/ListCollections")
                                    ? Status.Code.OK
                                    : Status.Code.PERMISSION_DENIED);
        }
        assertThat(
                        HealthGrpc.newBlockingStub(channel)
                                .check(HealthCheckRequest.getDefaultInstance())
                                .getStatus())
                .isEqualTo(ServingStatus.SERVING);
    }

    @Test
    void call_withItsKey_isAnswered_andARefusalSaysWhy() {
        SearchRequest search =
                SearchRequest.newBuilder()
                        .setCollection("sec-shop")
                        .addVector(1)
                        .addVector(0)
                        .build();
        assertThat(
                        QueryServiceGrpc.newBlockingStub(as("shop"))
                                .search(search)
                                .getCircumstances()
                                .getShardsAnswered())
                .isEqualTo(2);
        assertThat(
                        CollectionServiceGrpc.newBlockingStub(as("shop"))
                                .listCollections(ListCollectionsRequest.getDefaultInstance())
                                .getCollectionsList())
                .extracting(io.omendb.v1.Collection::getName)
                .contains("sec-shop")
                .doesNotContain("sec-other");
        assertThatThrownBy(
                        () ->
                                QueryServiceGrpc.newBlockingStub(as("shop"))
                                        .search(
                                                search.toBuilder()
                                                        .setCollection("sec-other")
                                                        .build()))
                .isInstanceOfSatisfying(
                        StatusRuntimeException.class,
                        refused ->
                                assertThat(ErrorTrailers.fromStatus(refused))
                                        .hasMessage(
                                                "The API key shop is not for collection"
                                                        + " sec-other."));
    }

    @Test
    void plainText_andStrangers_areNotSpokenTo() throws Exception {
        Client plain = new Client(secured.gateway.port());
        assertThatThrownBy(() -> plain.get("/health/live"))
                .hasRootCauseInstanceOf(IOException.class);
        HttpClient untrusting = HttpClient.newHttpClient();
        assertThatThrownBy(() -> secured.send(untrusting, "root", "GET", "/health/live", ""))
                .isInstanceOf(SSLHandshakeException.class);
    }

    @Test
    void certificates_thatAreReplaced_areShownToWhoComesNext() throws Exception {
        assertThat(shown()).isEqualTo("CN=first");
        // A certificate alone, whose key is to follow: the old pair stays.
        byte[] key = Files.readAllBytes(secured.files.key());
        secured.install("second");
        Files.write(secured.files.key(), key);
        assertThat(
                        secured.http("first")
                                .send(
                                        secured.request("root", "/health/live").build(),
                                        java.net.http.HttpResponse.BodyHandlers.discarding())
                                .statusCode())
                .isEqualTo(200);
        secured.install("second");
        Await.until("the next one is shown", () -> shown().equals("CN=second"));
        ManagedChannel next = secured.channel(null);
        try {
            assertThat(call(next, QueryServiceGrpc.getSearchMethod()))
                    .isEqualTo(Status.Code.UNAUTHENTICATED);
        } finally {
            next.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
        }
        secured.install("first");
        Await.until("the first one is shown", () -> shown().equals("CN=first"));
    }

    private String shown() throws Exception {
        var response =
                secured.http("first")
                        .send(
                                secured.request(null, "/health/live").build(),
                                java.net.http.HttpResponse.BodyHandlers.discarding());
        X509Certificate shown =
                (X509Certificate) response.sslSession().orElseThrow().getPeerCertificates()[0];
        return shown.getSubjectX500Principal().getName();
    }

    @Test
    void clientCertificates_whereTheyAreWanted_areOnesOfTheCa(@TempDir Path folder)
            throws Exception {
        try (SecuredGateway mutual = new SecuredGateway(broker, folder, true)) {
            assertThat(
                            mutual.send(mutual.http("second"), "root", "GET", "/collections", "")
                                    .status())
                    .isEqualTo(200);
            for (String none : List.of("stranger")) {
                assertThatThrownBy(
                                () ->
                                        mutual.send(
                                                mutual.http(none),
                                                "root",
                                                "GET",
                                                "/collections",
                                                ""))
                        .isInstanceOf(IOException.class);
            }
            ManagedChannel known = mutual.channel("second");
            ManagedChannel nobody = mutual.channel(null);
            try {
                assertThat(call(known, QueryServiceGrpc.getSearchMethod()))
                        .isEqualTo(Status.Code.UNAUTHENTICATED);
                assertThat(call(nobody, QueryServiceGrpc.getSearchMethod()))
                        .isEqualTo(Status.Code.UNAVAILABLE);
            } finally {
                known.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
                nobody.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
            }
        }
    }

    @Test
    void console_asksForTheKey_andShowsWhatItAllows() throws Exception {
        try (Browser browser = Browser.open();
                Gateway plain =
                        Gateway.start(
                                GatewayOptions.of(broker.bootstrapServers())
                                        .withPort(0)
                                        .withSecurity(new GatewaySecurity(secured.keyFile, null)),
                                secured.job)) {
            ConsolePage page = ConsolePage.of(browser, plain.port());
            page.allowError("401");
            page.allowError("403");
            page.open("#/");
            browser.untilText("#login-reason", "API key: found none");
            browser.untilText("#status", "API key wanted");

            browser.type("#login-key", "no key");
            browser.click("#login-form button");
            browser.untilText("#login-reason", "That is no key");
            browser.type("#login-key", "omen_unknown");
            browser.click("#login-form button");
            browser.untilText("#login-reason", "not known here");

            browser.type("#login-key", secured.key("shop"));
            browser.click("#login-form button");
            browser.untilText("tr[data-collection=sec-shop]", "sec-shop");
            assertThat(browser.all("tr[data-collection=sec-other]")).isEmpty();
            browser.untilText("#unreachable", "found read, write, expected monitor");

            page.openSearch("sec-shop");
            page.searchVector("[1,0]");
            browser.untilText("#answer", "hits");

            browser.click("#login-open");
            browser.type("#login-key", secured.key("watcher"));
            browser.click("#login-form button");
            browser.untilText("#status", "ready");
            browser.click("#login-open");
            browser.click("#login-forget");
            browser.untilText("#status", "API key wanted");
            browser.untilText("#login-reason", "found none");
            assertThat(browser.run("return sessionStorage.length")).isEqualTo(0L);
            page.check();
        }
    }
}
