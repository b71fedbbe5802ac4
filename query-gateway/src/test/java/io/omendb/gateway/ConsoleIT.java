package io.omendb.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.openqa.selenium.Keys;

/** Drives the console in a browser, against a gateway before two shards and a real broker. */
@ExtendWith(SharedBroker.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ConsoleIT {
    private static final String HOSTILE = "<img src=x onerror=window.pwned=1>";
    private static final String POINTS =
            "{'points':["
                    + "{'id':'boots','vector':[1,0,0],'metadata':{'category':'shoes','price':129}},"
                    + "{'id':'sandals','vector':[0.9,0.1,0],'metadata':{'category':'shoes','price':39,"
                    + "'nested':{'made':{'in':'Lisbon'}},'serial':9007199254740993}},"
                    + "{'id':'grinder','vector':[0,0.1,0.9],'metadata':{'category':'kitchen','price':45}},"
                    + "{'id':'<script>window.pwned=2</script>','vector':[0,1,0],'text':'"
                    + HOSTILE
                    + "','metadata':{'category':'"
                    + HOSTILE
                    + "','"
                    + HOSTILE
                    + "':['"
                    + HOSTILE
                    + "']}}]}";

    private Browser browser;
    private RunningGateway running;
    private ConsolePage page;

    @BeforeAll
    void start(SharedBroker.Running broker) throws Exception {
        browser = Browser.open();
        running = new RunningGateway(broker);
        page = ConsolePage.of(browser, running.gateway.port());
        running.client
                .put(
                        "/collections/console",
                        "{'dimension':3,'metric':'l2','fields':{'category':'keyword',"
                                + "'price':'double','tags':'keyword[]'}}")
                .expect(201);
        running.client.post("/collections/console/points?wait=true", POINTS).expect(200);
    }

    @AfterAll
    void stop() {
        if (browser != null) {
            browser.close();
        }
        if (running != null) {
            running.close();
        }
    }

    @BeforeEach
    void widen() {
        browser.resize(1280, 900);
    }

    @AfterEach
    void nothingWentElsewhereAndNothingFailed() {
        page.check();
    }

    @Test
    void overview_whileSearched_drawsEveryChart() throws Exception {
        page.open("#/");
        Await.until(
                "every chart has points",
                () -> {
                    running.client
                            .post("/collections/console/search", "{'vector':[1,0,0]}")
                            .expect(200);
                    return page.drawn("ingest", "freshness", "latency", "recall", "queue", "space");
                });
        assertThat(browser.text("[data-chart=latency] .now"))
                .containsPattern("p50 [\\d.]+ ms")
                .containsPattern("p99 [\\d.]+ m?s");
        assertThat(browser.text("[data-chart=recall] .now")).contains("1.000");
        assertThat(browser.all(".plot canvas")).hasSize(6);
        browser.untilText("#status", "ready");
        assertThat(browser.text("#figures")).contains("Searches in 24 hours");
    }

    @Test
    void collection_chosen_isShownInFull() throws Exception {
        page.open("#/");
        page.chooseCollection("console");
        browser.untilText("#detail", "2 shards");
        assertThat(browser.text("#detail"))
                .contains("omen.console, 2 partitions", "category keyword", "none: every row")
                .containsPattern("omen.console-[01]: \\d+");
        assertThat(browser.text("#scope")).isEqualTo("collection console");
        browser.click("#detail a.button");
        browser.untilText("#search-title", "Search");
        assertThat(browser.find("#collection").getDomProperty("value")).isEqualTo("console");
    }

    @Test
    void keyboard_alone_isEnough() throws Exception {
        page.open("#/");
        browser.untilText("#status", "ready");
        browser.press(Keys.TAB);
        assertThat(page.focused()).isEqualTo("Skip to the content");
        browser.press(Keys.TAB);
        assertThat(page.focused()).isEqualTo("Overview");
        assertThat(browser.run("return getComputedStyle(document.activeElement).outlineStyle"))
                .isEqualTo("solid");
        browser.press("?");
        Await.until("the keys", () -> browser.find("#keys").isDisplayed());
        browser.press(Keys.ESCAPE);
        Await.until("no keys", () -> !browser.find("#keys").isDisplayed());
        browser.press("/");
        assertThat(browser.run("return document.activeElement.id")).isEqualTo("vector");
        Await.until("the collections", () -> !browser.all("#collection option").isEmpty());
        page.choose("#collection", "console");
        browser.find("#vector").sendKeys("[1,0,0]");
        browser.press(Keys.chord(Keys.CONTROL, Keys.ENTER));
        Await.until("hits", () -> page.ids().size() == 4);
        assertThat(browser.run("return location.hash")).isEqualTo("#/search");
        assertThat(page.unlabelled()).isEmpty();
    }

    @Test
    void narrow_pages_doNotOverflow() throws Exception {
        browser.resize(390, 844);
        page.open("#/");
        page.chooseCollection("console");
        browser.untilText("#detail", "2 shards");
        assertThat(page.overflow()).as("overview").isZero();
        page.openSearch("console");
        browser.click("#add-condition");
        browser.type(".condition .value", "shoes");
        page.searchVector("[1,0,0]");
        Await.until("hits", () -> page.ids().size() == 2);
        assertThat(page.overflow()).as("search").isZero();
    }

    @Test
    void theme_followsTheSystemAndTheChoice() throws Exception {
        browser.prefer("dark");
        page.open("#/");
        assertThat(page.luminance()).isLessThan(0.1);
        browser.prefer("light");
        assertThat(page.luminance()).isGreaterThan(0.8);
        browser.press("t");
        assertThat(browser.text("#theme")).isEqualTo("Theme: dark");
        assertThat(page.luminance()).isLessThan(0.1);
        page.open("#/");
        assertThat(page.luminance()).as("remembered").isLessThan(0.1);
        browser.press("t");
        browser.press("t");
        assertThat(browser.text("#theme")).isEqualTo("Theme: system");
    }

    @Test
    void gateway_unreachable_isSaidUntilItAnswers() throws Exception {
        page.allowError("ERR_INTERNET_DISCONNECTED");
        page.open("#/");
        browser.untilText("#status", "ready");
        browser.offline(true);
        page.lookAway(false); // whoever comes back to a page is not kept waiting
        browser.untilText("#unreachable", "does not answer");
        assertThat(browser.text("#status")).isEqualTo("unreachable");
        browser.offline(false);
        page.lookAway(false);
        browser.untilText("#status", "ready");
        assertThat(browser.find("#unreachable").isDisplayed()).isFalse();
    }

    @Test
    void page_hidden_doesNotPoll() throws Exception {
        page.open("#/");
        browser.untilText("#status", "ready");
        page.lookAway(true);
        assertThat(browser.run("return document.documentElement.dataset.polling"))
                .isEqualTo("paused");
        page.lookAway(false);
        long before = page.polls();
        Await.until("polled again", () -> page.polls() > before);
    }

    @Test
    void withoutCollections_saysHowToMakeOne() throws Exception {
        try (Gateway empty =
                Gateway.startReadOnly(
                        GatewayOptions.of("127.0.0.1:1").withPort(0),
                        running.job,
                        new ReadOnlySource(Map.of(), Map.of(), "nothing to write to"))) {
            ConsolePage here = ConsolePage.of(browser, empty.port());
            here.open("#/");
            browser.untilText("#collections-empty", "curl -s -X PUT '" + here.address("/"));
            browser.press("/");
            browser.untilText("#search-empty", "/collections/products");
            here.check();
        }
        page.open("#/");
    }

    @Test
    void search_vector_showsHitsTimingFreshnessAndHostileTextAsText() throws Exception {
        page.openSearch("console");
        page.searchVector("[1,0,0]");
        browser.untilText("#answer .facts", "4");

        assertThat(page.ids())
                .containsExactly("boots", "sandals", "grinder", "<script>window.pwned=2</script>");
        assertThat(browser.text("#answer .facts"))
                .contains("searched in", "nothing unread in the log", "2 of 2");
        assertThat(browser.text(".hit:nth-child(2)"))
                .contains("39", "Lisbon", "9007199254740993", "distance");
        assertThat(browser.text(".hit:nth-child(4)"))
                .contains("category\n" + HOSTILE)
                .contains("\n" + HOSTILE + "\n");
        assertThat(browser.all(".hit img, .hit script")).isEmpty();
    }

    @Test
    void filters_built_narrowTheHits() throws Exception {
        page.openSearch("console");
        browser.click("#add-condition");
        browser.type(".condition .value", "shoes");
        page.searchVector("[1,0,0]");
        Await.until("two hits", () -> page.ids().equals(List.of("boots", "sandals")));

        page.choose(".condition .field", "price");
        page.choose(".condition .operator", "is");
        browser.type(".condition .value", "cheap");
        browser.click("#go");
        browser.untilText(".condition .error", "found cheap, expected a number");
        browser.type(".condition .value", "45");
        browser.click("#go");
        Await.until("one hit", () -> page.ids().equals(List.of("grinder")));

        browser.click(".condition button");
        browser.click("#go");
        Await.until("all hits", () -> page.ids().size() == 4);
    }

    @Test
    void filters_ofEveryOperator_areWhatTheServerReads() {
        page.open("#/search");
        assertThat(clause("double", "≥", "10")).isEqualTo("{\"$gte\":10}");
        assertThat(clause("long", "is", "9007199254740993")).isEqualTo("9007199254740993");
        assertThat(clause("keyword", "is one of", "a, b")).isEqualTo("{\"$in\":[\"a\",\"b\"]}");
        assertThat(clause("keyword[]", "does not contain", "x"))
                .isEqualTo("{\"$not\":{\"$contains\":\"x\"}}");
        assertThat(clause("bool", "is", "true")).isEqualTo("true");
        assertThat(clause("text", "is missing", "")).isEqualTo("{\"$exists\":false}");
        assertThat(joined("all")).isEqualTo("{\"$and\":[{\"a\":1},{\"a\":{\"$lt\":2}}]}");
        assertThat(joined("any")).isEqualTo("{\"$or\":[{\"a\":1},{\"a\":{\"$lt\":2}}]}");
    }

    @Test
    void search_likeAPoint_leavesItOut() throws Exception {
        page.openSearch("console");
        page.searchVector("[1,0,0]");
        Await.until("hits", () -> page.ids().size() == 4);
        browser.click(".hit[data-id=sandals] button");
        Await.until("three hits", () -> page.ids().size() == 3);
        assertThat(page.ids()).doesNotContain("sandals").startsWith("boots");

        page.allowError("404");
        browser.type("#like", "nobody");
        browser.click("#go");
        browser.untilText("#answer [role=alert]", "Point nobody does not exist");
    }

    @Test
    void search_refused_showsTheProblem() throws Exception {
        page.allowError("422");
        page.openSearch("console");
        page.searchVector("[1,0]");
        browser.untilText("#answer [role=alert]", "422");
        assertThat(browser.text("#answer [role=alert]")).contains("vector: found 2", "INVALID");
        page.searchVector("[1,");
        browser.untilText("#answer [role=alert]", "The vector is no JSON array");
    }

    @Test
    void search_text_showsScoresAndExplanation() throws Exception {
        page.openSearch("console");
        // What the route answers is not this test's; how any such answer looks is.
        browser.run(
                "const real = window.fetch; window.fetch = async (path, options) => {"
                        + " if (!String(path).endsWith('/hybrid_search')) return real(path, options);"
                        + " window.asked = options.body;"
                        + " return new Response(JSON.stringify({hits: [{id: 'a', score: 0.75,"
                        + " scores: {dense: 0.5, text: 1}, metadata: {}, explain: {text: {terms:"
                        + " [{term: arguments[0] ?? '<b>boots</b>', weight: 1.5}]}}}], took_ms: 1,"
                        + " freshness: {applied: {}, lag_records: 0, lag_ms: 0}, shards: {total: 2,"
                        + " answered: 1}})); };");
        browser.click("input[value=hybrid]");
        browser.type("#text", "warm boots");
        browser.click("#go");
        browser.untilText(".hit", "0.75");
        assertThat(browser.text(".hit")).contains("dense", "0.5", "text");
        assertThat(browser.text("#answer")).contains("Only 1 of 2 shards answered");
        browser.click(".explain summary");
        browser.untilText(".explain", "<b>boots</b>");
        assertThat(browser.run("return window.asked"))
                .isEqualTo(
                        "{\"text\":\"warm boots\",\"k\":10,\"alpha\":0.5,\"fusion\":\"weighted\","
                                + "\"explain\":true}");
    }

    private String clause(String type, String operator, String value) {
        return (String)
                browser.ofModule(
                        "clauses.js",
                        "JSON.stringify(m.clause('%1$s', m.operators('%1$s').find(o => o.operator === '%2$s'), '%3$s'))"
                                .formatted(type, operator, value));
    }

    private String joined(String join) {
        return (String)
                browser.ofModule(
                        "clauses.js",
                        "JSON.stringify(m.joined([['a', 1], ['a', {$lt: 2}]], '" + join + "'))");
    }
}
