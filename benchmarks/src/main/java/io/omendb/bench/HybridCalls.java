package io.omendb.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.bench.hybrid.HybridOracle.Scored;
import io.omendb.bench.hybrid.Packages.Package;
import io.omendb.bench.stack.GatewayCalls;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Hybrid searches over HTTP on one connection. Used by one thread. */
final class HybridCalls implements AutoCloseable {
    private final HttpSearch http;

    HybridCalls(URI gateway, String collection) {
        this.http =
                new HttpSearch(gateway.resolve("/collections/" + collection + "/hybrid_search"));
    }

    /** A search for what is like a package, by the parts that are wanted. */
    static ObjectNode request(Package asked, boolean vector, boolean text, int k) {
        ObjectNode request = GatewayCalls.JSON.createObjectNode();
        if (vector) {
            ArrayNode components = request.putArray("vector");
            for (float component : asked.vector()) {
                components.add((int) component);
            }
        }
        if (text) {
            request.put("text", asked.title());
        }
        request.put("k", k);
        return request;
    }

    /** Sends a request; the time is from before it is sent until its answer is here. */
    byte[] send(byte[] request) {
        return http.send(request);
    }

    List<Scored> search(ObjectNode request, @Nullable String scoreOf) {
        request.putArray("include").add("id");
        byte[] answer = http.send(request.toString().getBytes(StandardCharsets.UTF_8));
        try {
            List<Scored> hits = new ArrayList<>();
            for (JsonNode hit : GatewayCalls.JSON.readTree(answer).path("hits")) {
                JsonNode score =
                        scoreOf == null ? hit.path("score") : hit.path("scores").path(scoreOf);
                hits.add(new Scored(hit.path("id").asText(), score.asDouble()));
            }
            return hits;
        } catch (IOException e) {
            throw new OmenException(ErrorCode.EXTERNAL, "an answer that is no JSON: " + e, e);
        }
    }

    @Override
    public void close() {
        http.close();
    }
}
