package io.omendb.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.omendb.client.StubServer.Reply;
import io.omendb.client.collection.CollectionInfo;
import io.omendb.client.collection.CollectionSchema;
import io.omendb.client.collection.CollectionSpec;
import io.omendb.client.collection.CollectionSummary;
import io.omendb.client.collection.FieldType;
import io.omendb.client.collection.Metric;
import io.omendb.client.filter.Filters;
import io.omendb.client.point.Point;
import io.omendb.client.point.PointPatch;
import io.omendb.client.point.SparseVector;
import io.omendb.client.point.StoredPoint;
import io.omendb.client.point.Token;
import io.omendb.client.point.WriteOptions;
import io.omendb.client.point.Written;
import io.omendb.client.query.Consistency;
import io.omendb.client.query.Count;
import io.omendb.client.query.Counted;
import io.omendb.client.query.Device;
import io.omendb.client.query.Found;
import io.omendb.client.query.Fusion;
import io.omendb.client.query.HybridFound;
import io.omendb.client.query.HybridHit;
import io.omendb.client.query.HybridSearch;
import io.omendb.client.query.Include;
import io.omendb.client.query.Scroll;
import io.omendb.client.query.Search;
import io.omendb.record.PatchJson;
import io.omendb.record.PointJson;
import io.omendb.schema.SchemaJson;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Every call as the contract writes it, and every answer as the contract gives it. */
class CallsTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final String SCHEMA =
            "'name':'c','dimension':2,'metric':'cosine','fields':{'price':'double','tags':'keyword[]'},"
                    + "'sparse':false,'partitions':2,'ttl_seconds':null,'topic':'omen.c',"
                    + "'created_at':'2026-11-01T12:00:00.123Z','new_in_2027':{}";
    private static final String FRESHNESS =
            "'freshness':{'applied':{'omen.c-0':17},'lag_records':0,'lag_ms':3}";

    private StubServer server;
    private OmenClient client;
    private OmenCollection c;

    @BeforeEach
    void start() throws IOException {
        server = StubServer.start();
        client = OmenClient.connect(server.url());
        c = client.collection("c");
    }

    @AfterEach
    void stop() {
        client.close();
        server.close();
    }

    private void sent(String line, String json) throws IOException {
        assertThat(server.last().line()).isEqualTo(line);
        assertThat(server.last().json()).isEqualTo(MAPPER.readTree(json.replace('\'', '"')));
    }

    @Test
    void createCollection_sendsTheSpecThatTheServerReads() throws Exception {
        server.inTurn(Reply.of(201, "{" + SCHEMA + ",'index':{'kind':'auto'}}"));
        CollectionSpec spec =
                CollectionSpec.of(2, Metric.COSINE)
                        .withField("price", FieldType.DOUBLE)
                        .withField("tags", FieldType.KEYWORDS);

        CollectionSchema schema = client.createCollection("c", spec);

        sent(
                "PUT /collections/c",
                "{'dimension':2,'metric':'cosine','fields':{'price':'double','tags':'keyword[]'}}");
        assertThat(SchemaJson.read("c", Json.write(spec)).fields()).hasSize(2);
        assertThat(schema.fields())
                .isEqualTo(Map.of("price", FieldType.DOUBLE, "tags", FieldType.KEYWORDS));
        assertThat(schema.createdAt()).isEqualTo(Instant.parse("2026-11-01T12:00:00.123Z"));
        assertThat(schema.ttlSeconds()).isNull();
        assertThat(schema.index().inUse()).isEmpty();

        for (FieldType type : FieldType.values()) {
            CollectionSpec all =
                    CollectionSpec.of(3, Metric.DOT)
                            .withField("f", type)
                            .withSparse(true)
                            .withIndex("flat")
                            .withPartitions(7)
                            .withEmbedder("e")
                            .withTtlSeconds(60);
            var read = SchemaJson.read("c", Json.write(all));
            assertThat(read.fields().get("f").name()).isEqualTo(type.name());
            assertThat(read.partitions()).isEqualTo(7);
            assertThat(read.indexKind()).isEqualTo("flat");
            assertThat(read.ttlSeconds()).isEqualTo(60);
            assertThat(read.embedder()).isEqualTo("e");
        }
    }

    @Test
    void collections_areDescribedListedAndDropped() {
        server.inTurn(
                Reply.of(
                        200,
                        "{"
                                + SCHEMA
                                + ",'index':{'kind':'auto','in_use':['ivf']},'vectors':3000000000,'deleted':1,"
                                + "'segments':2,'memory_bytes':3,'disk_bytes':4,'index_queue':5,"
                                + "'shards':[{'id':1,'address':'h:9','vectors':6,'applied':{'omen.c-0':17},"
                                + "'lag_records':null,'lag_ms':null}],"
                                + FRESHNESS
                                + "}"),
                Reply.of(
                        200,
                        "{'collections':[{'name':'c','dimension':2,'metric':'l2','vectors':null}]}"),
                Reply.of(202, "{'dropped':'c'}"));

        CollectionInfo info = client.describeCollection("c");
        assertThat(server.last().line()).isEqualTo("GET /collections/c");
        assertThat(info.schema().index().inUse()).containsExactly("ivf");
        assertThat(info.sizes().vectors()).isEqualTo(3_000_000_000L);
        assertThat(info.sizes().indexQueue()).isEqualTo(5);
        assertThat(info.sizes().shards().get(0).lagMs()).isNull();
        assertThat(info.sizes().freshness().applied()).isEqualTo(Map.of("omen.c-0", 17L));

        assertThat(client.listCollections())
                .containsExactly(new CollectionSummary("c", 2, Metric.L2, null));
        assertThat(server.last().line()).isEqualTo("GET /collections");

        client.dropCollection("c d+e/ä");
        assertThat(server.last().line()).isEqualTo("DELETE /collections/c%20d%2Be%2F%C3%A4");
    }

    @Test
    void upsert_sendsPointsThatTheServerReads() throws Exception {
        server.inTurn(Reply.of(202, "{'accepted':2,'tokens':['omen.c-0:17','omen.a-b-1:3']}"));
        Point whole =
                Point.of("ä/1", 1, -2.5f)
                        .withMetadata(Map.of("n", Arrays.asList(1, null, Map.of("x", true))))
                        .withField("nothing", null)
                        .withText("t")
                        .withSparse(new SparseVector(new int[] {3, 17}, new float[] {0.5f, 1e-7f}));

        Written written = c.upsert(List.of(whole, Point.of("b", 0, 0)));

        sent(
                "POST /collections/c/points?wait=false",
                "{'points':[{'id':'ä/1','vector':[1.0,-2.5],"
                        + "'metadata':{'n':[1,null,{'x':true}],'nothing':null},'text':'t',"
                        + "'sparse':{'indices':[3,17],'values':[0.5,1.0E-7]}},"
                        + "{'id':'b','vector':[0.0,0.0]}]}");
        assertThat(written.accepted()).isEqualTo(2);
        assertThat(written.tokens())
                .containsExactly(new Token("omen.c", 0, 17), new Token("omen.a-b", 1, 3));
        var read = PointJson.read(Json.write(whole));
        assertThat(read.vector()).isEqualTo(new float[] {1, -2.5f});
        assertThat(read.sparseValues()).isEqualTo(new float[] {0.5f, 1e-7f});
        assertThat(read.metadata().toString())
                .isEqualTo("{\"n\":[1,null,{\"x\":true}],\"nothing\":null}");

        var unused =
                c.upsert(
                        List.of(whole), WriteOptions.SEARCHABLE.withTimeout(Duration.ofSeconds(2)));
        assertThat(server.last().target())
                .isEqualTo("/collections/c/points?wait=true&timeout_ms=2000");
    }

    @Test
    void patch_sendsChangesThatTheServerReads() throws Exception {
        server.inTurn(Reply.of(202, "{'accepted':2,'tokens':['omen.c-0:17']}"));
        PointPatch whole =
                PointPatch.of("ä/1")
                        .withVector(1, -2.5f)
                        .withField("price", 9.5)
                        .withField("seller", Map.of("name", "x"))
                        .withoutField("offer")
                        .withText("t")
                        .withSparse(new SparseVector(new int[] {3}, new float[] {0.5f}));
        PointPatch removing =
                PointPatch.of("b")
                        .withField("n", 1)
                        .withoutMetadata()
                        .withoutText()
                        .withoutSparse();

        Written written = c.patch(List.of(whole, removing));

        sent(
                "PATCH /collections/c/points?wait=false",
                "{'points':[{'id':'ä/1','vector':[1.0,-2.5],"
                        + "'metadata':{'price':9.5,'seller':{'name':'x'},'offer':null},'text':'t',"
                        + "'sparse':{'indices':[3],'values':[0.5]}},"
                        + "{'id':'b','metadata':null,'text':null,'sparse':null}]}");
        assertThat(written.accepted()).isEqualTo(2);
        var read = PatchJson.read(Json.write(whole), null);
        assertThat(read.vector()).isEqualTo(new float[] {1, -2.5f});
        assertThat(read.metadata().path("offer").isNull()).isTrue();
        assertThat(PatchJson.read(Json.write(removing), null).removed()).hasSize(3);
    }

    @Test
    void delete_byIdsAndByFilter() throws Exception {
        server.inTurn(Reply.of(202, "{'accepted':1,'tokens':[]}"));
        assertThat(c.delete(List.of("a", "b")).tokens()).isEmpty();
        sent("POST /collections/c/points/delete?wait=false", "{'ids':['a','b']}");
        var unused = c.delete(Filters.lt("year", 2000), WriteOptions.SEARCHABLE);
        sent("POST /collections/c/points/delete?wait=true", "{'filters':{'year':{'$lt':2000}}}");
    }

    @Test
    void get_isAPointOrNone() {
        server.inTurn(
                Reply.of(
                        200,
                        "{'id':'a','metadata':{'n':1,'big':12345678901,'d':1.5,'no':null,'l':[true]},"
                                + "'text':'hi','vector':[0.1,1e-7]}"));
        StoredPoint point = c.get("a b").orElseThrow();
        assertThat(server.last().line()).isEqualTo("GET /collections/c/points/a%20b");
        assertThat(point.vector()).isEqualTo(new float[] {0.1f, 1e-7f});
        assertThat(point.metadata())
                .containsEntry("n", 1L)
                .containsEntry("big", 12345678901L)
                .containsEntry("d", 1.5)
                .containsEntry("no", null)
                .containsEntry("l", List.of(true));
        assertThat(point.text()).isEqualTo("hi");

        server.inTurn(Reply.of(200, "{'id':'a','metadata':{}}"));
        assertThat(c.get("..", Include.METADATA, Include.VECTOR).orElseThrow().vector()).isNull();
        assertThat(server.last().target())
                .isEqualTo("/collections/c/points/%2E%2E?include=metadata,vector");

        server.inTurn(Reply.problem(404, "NOT_FOUND", "Point a does not exist in collection c."));
        assertThat(c.get("a")).isEmpty();
        server.inTurn(Reply.problem(404, "NOT_FOUND", "Collection c does not exist."));
        assertThatThrownBy(() -> c.get("a")).hasMessageContaining("Collection c does not exist");
    }

    @Test
    void search_plain_sendsNoMoreThanItMust() throws Exception {
        server.inTurn(
                Reply.of(
                        200,
                        "{'hits':[{'id':'a','distance':0.12,'metadata':{'c':'x'},'text':'t'},{'id':'b'}],"
                                + "'took_ms':0.8,'device':'cpu',"
                                + FRESHNESS
                                + ",'shards':{'total':2,'answered':1}}"));
        Found found = c.search(Search.of(new float[] {1, 2}, 10));
        sent("POST /collections/c/search", "{'vector':[1.0,2.0],'k':10}");
        assertThat(found.ids()).containsExactly("a", "b");
        assertThat(found.hits().get(0).distance()).isEqualTo(0.12);
        assertThat(found.hits().get(0).metadata()).isEqualTo(Map.of("c", "x"));
        assertThat(found.hits().get(1).distance()).isNaN();
        assertThat(found.hits().get(1).metadata()).isEmpty();
        assertThat(found.tookMs()).isEqualTo(0.8);
        assertThat(found.freshness().lagMs()).isEqualTo(3);
        assertThat(found.shards().isPartial()).isTrue();
    }

    @Test
    void search_withEverything_sendsEverything() throws Exception {
        server.inTurn(Reply.of(200, "{'hits':[]}"));
        Found unused =
                c.search(
                        Search.builder(1, 2)
                                .k(3)
                                .filter(Filters.eq("c", "x"))
                                .include(Include.ID, Include.DISTANCE, Include.VECTOR)
                                .exact()
                                .recallTarget(0.95)
                                .nprobe(32)
                                .device(Device.GPU)
                                .consistency(Consistency.after(List.of(Token.parse("omen.c-0:17"))))
                                .timeout(Duration.ofSeconds(1))
                                .allowPartial()
                                .build());
        sent(
                "POST /collections/c/search",
                "{'vector':[1.0,2.0],'k':3,'filters':{'c':'x'},'include':['id','distance','vector'],"
                        + "'exact':true,'recall_target':0.95,'params':{'nprobe':32,'device':'gpu'},"
                        + "'consistency':{'after':['omen.c-0:17']},'timeout_ms':1000,'allow_partial':true}");
    }

    @Test
    void texts_insteadOfVectors_areSentWithoutAny() throws Exception {
        server.inTurn(Reply.of(202, "{'accepted':1,'tokens':[]}"));
        var unused = c.upsert(List.of(Point.ofText("a", "red shoes").withField("n", 1)));
        sent(
                "POST /collections/c/points?wait=false",
                "{'points':[{'id':'a','text':'red shoes','metadata':{'n':1}}]}");

        server.inTurn(
                Reply.of(
                        200,
                        "{'hits':[],'took_ms':1,'device':'cpu',"
                                + FRESHNESS
                                + ",'shards':{'total':1,'answered':1}}"));
        assertThat(c.search(Search.ofText("shoes", 3)).hits()).isEmpty();
        sent("POST /collections/c/search", "{'text':'shoes','k':3}");
    }

    @Test
    void searchBatch_keepsTheOrderAndMissesNone() throws Exception {
        server.inTurn(Reply.of(200, "{'results':[{'hits':[{'id':'a'}]},{'hits':[]}]}"));
        Search search = Search.of(new float[] {1}, 1);
        List<Found> found = c.searchBatch(List.of(search, search));
        sent(
                "POST /collections/c/search/batch",
                "{'searches':[{'vector':[1.0],'k':1},{'vector':[1.0],'k':1}]}");
        assertThat(found).extracting(Found::ids).containsExactly(List.of("a"), List.of());
        assertThatThrownBy(() -> c.searchBatch(List.of(search)))
                .hasMessageContaining("found 2 results, expected 1");
    }

    @Test
    void consistency_hasTheFormsOfTheContract() {
        Written written = new Written(1, List.of(new Token("omen.c", 1, 2)));
        assertThat(json(Consistency.eventual())).isEqualTo("\"eventual\"");
        assertThat(json(Consistency.committed())).isEqualTo("\"committed\"");
        assertThat(json(Consistency.strong())).isEqualTo("\"strong\"");
        assertThat(json(Consistency.after(written))).isEqualTo("{\"after\":[\"omen.c-1:2\"]}");
        assertThat(json(Consistency.boundedMs(200))).isEqualTo("{\"bounded_ms\":200}");
        assertThat(json(Consistency.bounded(Duration.ofSeconds(1))))
                .isEqualTo("{\"bounded_ms\":1000}");
        assertThatThrownBy(() -> Token.parse("omen.c")).hasMessageContaining("omen.products-0:17");
    }

    private static String json(Object value) {
        return new String(Json.write(value), StandardCharsets.UTF_8);
    }

    @Test
    void hybridSearch_sendsItsPartsAndReadsTheirScores() throws Exception {
        server.inTurn(
                Reply.of(
                        200,
                        "{'hits':[{'id':'a','score':0.9,'scores':{'dense':0.8,'text':1.0,'sparse':null},"
                                + "'metadata':{'n':1}}],'took_ms':1.5,"
                                + FRESHNESS
                                + ",'shards':{'total':2,'answered':2}}"));
        HybridFound found =
                c.hybridSearch(
                        HybridSearch.builder()
                                .vector(1, 2)
                                .text("brown fox")
                                .sparse(new SparseVector(new int[] {1}, new float[] {0.5f}))
                                .k(5)
                                .alpha(0.7)
                                .fusion(Fusion.RRF)
                                .filter(Filters.eq("c", "x"))
                                .include(Include.METADATA)
                                .explain()
                                .build());
        sent(
                "POST /collections/c/hybrid_search",
                "{'vector':[1.0,2.0],'text':'brown fox','sparse':{'indices':[1],'values':[0.5]},'k':5,"
                        + "'alpha':0.7,'fusion':'rrf','filters':{'c':'x'},'include':['metadata'],"
                        + "'explain':true}");
        HybridHit hit = found.hits().get(0);
        assertThat(hit.score()).isEqualTo(0.9);
        assertThat(hit.score("dense")).hasValue(0.8);
        assertThat(hit.score("sparse")).isEmpty();
        assertThat(hit.score("other")).isEmpty();
        assertThat(hit.metadata()).isEqualTo(Map.of("n", 1L));
        assertThat(found.ids()).containsExactly("a");

        HybridFound unused = c.hybridSearch(HybridSearch.builder().text("fox").build());
        sent("POST /collections/c/hybrid_search", "{'text':'fox','k':10}");
    }

    @Test
    void count_countsAllOrWhatMatches() throws Exception {
        server.inTurn(Reply.of(200, "{'count':3000000000," + FRESHNESS + "}"));
        assertThat(c.count()).isEqualTo(3_000_000_000L);
        sent("POST /collections/c/count", "{}");
        Counted counted =
                c.count(
                        Count.of(Filters.exists("a"))
                                .withConsistency(Consistency.strong())
                                .withTimeout(Duration.ofMillis(500)));
        sent(
                "POST /collections/c/count",
                "{'filters':{'a':{'$exists':true}},'consistency':'strong','timeout_ms':500}");
        assertThat(counted.freshness().lagRecords()).isZero();
    }

    @Test
    void count_thatIsNone_isUnreadable() {
        for (String answer : List.of("{}", "{'count':null}", "{'count':'many'}")) {
            server.inTurn(Reply.of(200, answer));
            assertThatThrownBy(c::count).as(answer).hasMessageContaining("an answer that is none");
        }
    }

    @Test
    void scroll_goesFromPageToPage() throws Exception {
        server.inTurn(
                Reply.of(200, "{'points':[{'id':'a'},{'id':'b','vector':[1]}],'cursor':'x='}"),
                Reply.of(200, "{'points':[],'cursor':'y'}"),
                Reply.of(200, "{'points':[{'id':'c'}],'cursor':null}"));
        Scroll scroll =
                Scroll.of(Filters.eq("c", "x"))
                        .withLimit(2)
                        .withInclude(Include.ID, Include.VECTOR);

        Iterator<StoredPoint> points = c.scroll(scroll).iterator();
        assertThat(server.requests()).isEmpty();
        List<String> ids = new ArrayList<>();
        points.forEachRemaining(point -> ids.add(point.id()));

        assertThat(ids).containsExactly("a", "b", "c");
        assertThat(server.requests())
                .extracting(request -> request.line() + " " + request.json().path("cursor"))
                .containsExactly(
                        "POST /collections/c/scroll ",
                        "POST /collections/c/scroll \"x=\"",
                        "POST /collections/c/scroll \"y\"");
        sent(
                "POST /collections/c/scroll",
                "{'filters':{'c':'x'},'limit':2,'cursor':'y','include':['id','vector']}");
        assertThatThrownBy(points::next).isInstanceOf(NoSuchElementException.class);
    }

    @Test
    void scroll_thatFails_goesOnWhereItWas() {
        server.inTurn(
                Reply.of(200, "{'points':[{'id':'a'}],'cursor':'x'}"),
                Reply.problem(504, "TIMEOUT", "late"),
                Reply.of(200, "{'points':[{'id':'b'}]}"));
        Iterator<StoredPoint> points = c.scroll(Scroll.ALL).iterator();
        assertThat(points.next().id()).isEqualTo("a");
        assertThatThrownBy(points::hasNext).hasMessageContaining("504 TIMEOUT: late");
        assertThat(points.next().id()).isEqualTo("b");
        assertThat(points.hasNext()).isFalse();
    }

    @Test
    void scroll_thatStandsStill_isAnError() {
        server.inTurn(Reply.of(200, "{'points':[{'id':'a'}],'cursor':'x'}"));
        assertThatThrownBy(() -> c.scroll(Scroll.ALL).forEach(point -> {}))
                .hasMessageContaining("found the cursor that was asked for");
        assertThat(server.requests()).hasSize(2);
    }

    @Test
    void emptyNames_areRefusedBeforeAnythingIsSent() {
        assertThatThrownBy(() -> client.collection("")).hasMessageContaining("empty name");
        assertThatThrownBy(() -> c.get("")).hasMessageContaining("empty name or id");
    }
}
