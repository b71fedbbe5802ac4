package io.omendb.gateway;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/** What a hybrid search and a scroll refuse. What they answer: QueriesIT, over real shards. */
@ExtendWith(SharedBroker.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HybridRequestsIT {
    private RunningGateway running;
    private Client client;
    private String path;

    @BeforeAll
    void start(SharedBroker.Running broker) throws Exception {
        running = new RunningGateway(broker);
        client = running.client;
        path = running.collection("hybrid-requests");
    }

    @AfterAll
    void stop() {
        running.close();
    }

    @Test
    void hybridSearch_bad_namesTheField() throws Exception {
        hybrid("{}", 400, "found none of vector, text and sparse");
        hybrid("{'text':7}", 400, "text: found 7, expected a string");
        hybrid("{'text':'a','k':0}", 422, "k: found 0, expected 1 to 10000");
        hybrid("{'text':'a','alpha':1.5}", 422, "alpha: found 1.5, expected 0 to 1");
        hybrid("{'text':'a','window':0}", 422, "window: found 0, expected at least 1");
        hybrid("{'text':'a','fusion':'sum'}", 422, "expected weighted or rrf");
        hybrid("{'text':'a','vektor':[1]}", 400, "vektor: found an unknown field");
        hybrid("{'vector':[1,2],'text':'a'}", 422, "vector: found 2 components");
        hybrid("{'vector':[1,2,'x'],'text':'a'}", 400, "vector[2]: found");
        hybrid("{'sparse':{'indices':[1],'values':[1]}}", 422, "sparse=false");
        hybrid("{'sparse':{'indices':[1,2],'values':[1]}}", 400, "sparse.values: found 1");
        hybrid("{'text':'a','text_fields':'title'}", 400, "text_fields: found");
        client.post("/collections/nowhere/hybrid_search", "{'text':'a'}")
                .expectProblem(404, "NOT_FOUND", "nowhere");
    }

    private void hybrid(String body, int status, String detail) throws Exception {
        client.post(path + "/hybrid_search", body)
                .expectProblem(status, status == 400 ? "MALFORMED" : "INVALID", detail);
    }

    @Test
    void scroll_bad_namesTheField() throws Exception {
        scroll("{'limit':0}", 422, "limit: found 0, expected 1 to 10000");
        scroll("{'cursor':'!!'}", 422, "cursor: found \"!!\"");
        scroll("{'cursor':17}", 400, "cursor: found 17, expected a string");
        scroll("{'from':1}", 400, "from: found an unknown field");
        scroll("{'include':['all']}", 422, "include[0]: found \"all\"");
    }

    private void scroll(String body, int status, String detail) throws Exception {
        client.post(path + "/scroll", body)
                .expectProblem(status, status == 400 ? "MALFORMED" : "INVALID", detail);
    }
}
